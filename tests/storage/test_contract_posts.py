"""What every storage promises of posts: sent at most once, then looked after where it may be."""

from bot.domain.identifiers import ChatId
from bot.domain.posts import PostState
from bot.domain.writes import EndPost, QueuePost
from bot.storage.ports import Storage
from tests.storage.posting import CHANNEL, FAMILY, LAMP, LATER, MUG, new_post, posted, posts, step
from tests.storage.samples import NOW, first


async def test_a_post_is_queued_with_its_step_and_claimed_once(storage: Storage):
    """Of two who would send it one does."""
    await storage.conversations.commit_step(first())
    await step(storage, QueuePost(new_post()))
    (post,) = await storage.posts.posts_to_do(NOW, 9)
    assert (post.post_id, post.text, post.state) == (1, "Look!", PostState.WAITING)
    assert await storage.posts.claim_post(1)
    assert not await storage.posts.claim_post(1)
    assert await storage.posts.posts_to_do(LATER, 9) == []


async def test_what_was_being_sent_is_unclear_after_a_restart(storage: Storage):
    """It may be in the channel: it is not sent again. What waits goes on."""
    await storage.conversations.commit_step(first())
    await posts(storage)
    await storage.close()
    await storage.open()
    assert [each.post_id for each in await storage.posts.give_up_posts()] == [2]
    assert [each.post_id for each in await storage.posts.posts_to_do(LATER, 9)] == [3]
    # A copy that was put back does not know whether what waits in it was sent since.
    assert [each.post_id for each in await storage.posts.give_up_posts(waiting=True)] == [3]
    assert [each.post_id for each in await storage.posts.posts_of(MUG)] == [1]


async def test_a_card_is_due_where_the_bot_may_post(storage: Storage):
    """Rights that were taken away stop it, rights given back bring it on again."""
    await storage.conversations.commit_step(first())
    await posts(storage)
    assert await storage.posts.posts_to_check(NOW, 9) == []
    (due,) = await storage.posts.posts_to_check(LATER, 9)
    assert (due.post_id, due.shown and due.shown.message_id) == (1, 5)
    await storage.posts.drop_place(CHANNEL.chat_id)
    assert await storage.posts.posts_to_check(LATER, 9) == []
    await storage.posts.keep_place(CHANNEL)
    assert [each.post_id for each in await storage.posts.posts_to_check(NOW, 9)] == [1]


async def test_taking_down_is_a_step_and_only_of_what_stands(storage: Storage):
    """Asked twice, or of a post that is still on its way, nothing happens."""
    await storage.conversations.commit_step(first())
    await posts(storage)
    await step(storage, EndPost(1), EndPost(2), EndPost(99))
    ending = [each for each in await storage.posts.posts_to_do(LATER, 9) if each.post_id == 1]
    assert [each.state for each in ending] == [PostState.ENDING]
    gone = ending[0].replace(state=PostState.GONE)
    assert await storage.posts.save_post(gone, (PostState.ENDING,))
    assert not await storage.posts.save_post(gone, (PostState.ENDING,))
    await step(storage, EndPost(1))
    assert [each.post_id for each in await storage.posts.posts_of(MUG)] == [2, 3]


async def test_a_group_that_becomes_a_supergroup_is_followed(storage: Storage):
    """What waits goes to the new one; what stood in the old one can't be reached any more."""
    await storage.conversations.commit_step(first())
    await storage.posts.keep_place(FAMILY)
    await step(storage, *(QueuePost(new_post(FAMILY, LAMP)) for _ in range(2)))
    await posted(storage)
    new = ChatId(-100_77)
    await storage.posts.move_place(FAMILY.chat_id, new)
    await storage.posts.move_place(FAMILY.chat_id, new)
    assert [each.chat_id for each in await storage.posts.post_places()] == [new]
    assert [(each.post_id, each.state) for each in await storage.posts.posts_of(LAMP)] == [
        (2, PostState.WAITING)
    ]
    (waiting,) = await storage.posts.posts_to_do(LATER, 9)
    assert waiting.chat_id == new


async def test_a_place_is_known_by_its_latest_name(storage: Storage):
    """Told anew, it takes the place of what was known."""
    await storage.posts.keep_place(CHANNEL)
    await storage.posts.keep_place(CHANNEL.replace(title="Best finds"))
    assert [each.title for each in await storage.posts.post_places()] == ["Best finds"]
