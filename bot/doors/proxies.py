"""The machine's proxy variables, looked at before anything is sent: httpx fails on some of them with a traceback."""

from urllib.request import getproxies

import httpx


def proxy_trouble() -> str:
    """What is wrong with them in one sentence, without their passwords; empty where nothing is."""
    found = getproxies()
    for kind, address in found.items():
        if kind in ("http", "https", "all") and (why := _unusable(address)):
            return f"{kind.upper()}_PROXY cannot be used: {why}."
    try:
        httpx.Client(verify=False).close()  # noqa: S501 - nothing is sent
    except Exception:  # noqa: BLE001 - whatever httpx makes of the list
        return "NO_PROXY cannot be used: list names of machines and plain addresses, separated by commas."
    return ""


def _unusable(address: str) -> str:
    url = address if "://" in address else f"http://{address}"
    try:
        httpx.Client(proxy=url, trust_env=False, verify=False).close()  # noqa: S501 - nothing is sent
    except ImportError:
        return "SOCKS is not spoken here; give the address of an http proxy"
    except Exception:  # noqa: BLE001 - whatever httpx makes of it
        return "it is not the address of an http proxy, such as http://10.0.0.1:3128"
    return ""
