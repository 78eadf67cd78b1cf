"""`main.py zalo-consent`: the link for the account's admin; no secret stands in it."""

FIVE = {"ZALO_OA_ID": "388613280878808645", "ZALO_OA_APP_ID": "360846524940903967", "ZALO_OA_SECRET": "s3cret",
        "ZALO_OA_WEBHOOK_KEY": "k3y", "ZALO_OA_WEBHOOK_URL": "https://x.example/zalo-oa"}  # fmt: skip


def test_the_link_leads_to_zalo_and_back_and_a_wrong_address_is_said(main, tmp_path):
    given = FIVE | {"DATABASE_URL": f"sqlite:///{tmp_path / 'x.db'}", "SERVER_KEY": "of-all-replicas"}
    done = main("zalo-consent", **given)
    assert done.stdout.startswith(
        "https://oauth.zaloapp.com/v4/oa/permission?app_id=360846524940903967&redirect_uri=https%3A%2F%2Fx.example%2F&"
    )
    assert "s3cret" not in done.stdout + done.stderr
    assert "https://x.example/" in done.stderr
    wrong = main("zalo-consent", "https://x.example/?error=1", **given)
    assert (wrong.returncode, "copy all of it" in wrong.stderr) == (1, True)
    unset = main("zalo-consent", DATABASE_URL=given["DATABASE_URL"])
    assert (unset.returncode, "ZALO_OA_ID" in unset.stderr) == (1, True)
