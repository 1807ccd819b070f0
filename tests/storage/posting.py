"""Offers published in a channel, as every storage is to keep them."""

from datetime import timedelta

from bot.domain.identifiers import ChatId, OfferId
from bot.domain.posts import NewPost, PostPlace, PostState, Shown
from bot.domain.writes import QueuePost, Write
from bot.storage.ports import StepCommit, Storage
from tests.storage.samples import ALICE, ALICE_CHAT, NOW

CHANNEL = PostPlace(
    chat_id=ChatId(-100_5), title="Finds", is_channel=True, name="finds", let_by=ALICE
)
FAMILY = PostPlace(chat_id=ChatId(-7), title="Family", is_channel=False, let_by=ALICE)
MUG, LAMP = OfferId(718092053690), OfferId(718092053691)
LATER = NOW + timedelta(hours=1)


def new_post(place: PostPlace = CHANNEL, offer: OfferId = MUG) -> NewPost:
    return NewPost(
        offer_id=offer, chat_id=place.chat_id, made_by=ALICE, language="en", text="Look!"
    )


async def step(storage: Storage, *writes: Write) -> None:
    """Commit something together with the next step of whoever publishes."""
    session = await storage.conversations.load_session(ALICE_CHAT, ALICE)
    assert session is not None
    after = session.replace(revision=session.revision + 1)
    await storage.conversations.commit_step(
        StepCommit(after, session.revision, writes=tuple(writes))
    )


async def posted(storage: Storage, post_id: int = 1) -> None:
    """Have a post that waits stand in its channel."""
    waiting = await storage.posts.posts_to_do(LATER, 9)
    (post,) = (each for each in waiting if each.post_id == post_id)
    await storage.posts.claim_post(post_id)
    there = post.replace(
        state=PostState.POSTED, shown=Shown(message_id=5, pictured=True, mark="m"), look_at=LATER
    )
    assert await storage.posts.save_post(there, (PostState.SENDING,))


async def posts(storage: Storage) -> None:
    """Two places; one post stands, one is being sent, one waits."""
    await storage.posts.keep_place(CHANNEL)
    await storage.posts.keep_place(FAMILY)
    await step(storage, *(QueuePost(new_post()) for _ in range(3)))
    await posted(storage)
    await storage.posts.claim_post(2)
