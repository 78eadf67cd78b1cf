"""A commune's digital team: a leader invites whoever files for people there, and ends it."""

from bot.casework import helping, staffing
from bot.casework.unit_of_work import UnitOfWork
from bot.conversation import actions
from bot.conversation.citizen import helping as words
from bot.conversation.reply import Reply
from bot.conversation.staff.cards import commune_name
from bot.conversation.visit import Visit
from bot.desk.request import Actor, Role
from bot.store import people


def press(unit: UnitOfWork, visit: Visit, actor: Actor, action: actions.InviteHelper | actions.EndHelper) -> None:
    if isinstance(action, actions.InviteHelper):
        return invite(unit, visit, actor, action.commune)
    return end(unit, visit, actor, action.number)


def list_for(unit: UnitOfWork, visit: Visit, actor: Actor) -> None:
    """`/helpers`: a leader invites who helps, and ends it."""
    scene = unit.scene(visit.who)
    led = sorted({post.commune for post in actor.posts if post.role is Role.LEADER})
    if not led:
        return unit.answer(visit, Reply(blocks=(scene.line("refused.leader_only"),)))
    for commune in led:
        found = [(row["id"], row["name"]) for row in people.helpers_of(unit.connection, commune)]
        unit.answer(visit.in_private(), words.crew(scene, commune, commune_name(scene, commune), found))
    return None


def invite(unit: UnitOfWork, visit: Visit, actor: Actor, commune: int) -> None:
    """A one-time code for one more helper, to the leader alone."""
    scene = unit.scene(visit.who)
    if not actor.leads(commune):
        return unit.answer(visit, Reply(blocks=(scene.line("refused.leader_only"),)))
    code = staffing.invite(unit, commune=commune, role=Role.HELPER)
    unit.audit(actor, "invite", f"helper:{commune}")
    return unit.answer(visit.in_private(), Reply(blocks=(scene.line("helping.invited", code=code),)))


def end(unit: UnitOfWork, visit: Visit, actor: Actor, number: int) -> None:
    """A leader ends a helper's post; at once."""
    led = {post.commune for post in actor.posts if post.role is Role.LEADER}
    rows = [row for commune in led for row in people.helpers_of(unit.connection, commune) if row["id"] == number]
    for row in rows:
        people.dismiss(unit.connection, row["person"], now=unit.now, commune=row["commune"])
        unit.audit(actor, "revoke", row["person"])
        helping.ended(unit, row["person"])
    list_for(unit, visit, actor)
