"""The real content for stories within this process."""

from bot.content.load import load
from bot.conversation.scene import House
from bot.learned import load_engine
from tests.conftest import ROOT


def the_house():
    content = load(ROOT)
    engine = load_engine(ROOT / "var" / "cache", content.intents, content.knowledge.gazetteer)
    return House(knowledge=content.knowledge, catalogs=content.catalogs, engine=engine)
