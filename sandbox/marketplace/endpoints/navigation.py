"""4.7: by what the hits of a keyword can be narrowed, in the shape that a client reads."""

from __future__ import annotations

from sandbox.marketplace.catalogue import Text
from sandbox.marketplace.endpoints.categories import root_answer
from sandbox.marketplace.endpoints.searches import by_words
from sandbox.marketplace.languages import Language
from sandbox.marketplace.request import ApiCall
from sandbox.marketplace.search_navigation import navigation
from sandbox.marketplace.world import World

Answer = dict[str, object]


async def search_navigation(world: World, call: ApiCall) -> object:
    """`[{id, name, translateName, children}]`; a child's id is what `snId` takes."""
    keyword = call.text("keyword")
    spoken = call.text("language").partition("_")[0]
    language = Language(translated=spoken == "en" and "en" in world.switches.activated_languages)
    if world.switches.search_navigation == "categories":
        return root_answer(world.categories, one_node=False)
    offers = [offer for offer in world.shelf.all() if offer.status == "published"]
    return [
        _named(group.sn_id, group.name, language)
        | {"children": [_named(each.sn_id, each.name, language) for each in group.choices]}
        for group in navigation(by_words(keyword, offers))
    ]


def _named(sn_id: str, name: Text, language: Language) -> Answer:
    return {"id": sn_id, "name": name.zh, "translateName": language.of(name)}
