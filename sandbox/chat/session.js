// What a person can do, and what the sandbox reports back.

import * as api from "./api.js";
import { resolveLink } from "./links.js";
import { Outbox } from "./outbox.js";
import { ChatStream } from "./stream.js";
import { fill } from "./strings.js";
import { Taps } from "./taps.js";
import { Waiting } from "./waiting.js";

const CHANNEL_RIGHTS = ["can_post_messages", "can_edit_messages"];
const GROUP_RIGHTS = ["can_send_messages"];
const CROWD = 20; // people whom one press lets come

/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./store.js").ChatState} ChatState */
/** @typedef {import("./types.js").SandboxEvent} SandboxEvent */
/** @typedef {import("./types.js").Message} Message */
/** @typedef {import("./overlays.js").Overlays} Overlays */

export class Session {
  /**
   * @param {Store} store
   * @param {Overlays} overlays
   * @param {(message: Message) => void} announce  called for what others write in the open chat
   */
  constructor(store, overlays, announce) {
    this.store = store;
    this.overlays = overlays;
    this.announce = announce;
    this.waiting = new Waiting(store);
    this.taps = new Taps(this);
    this.outbox = new Outbox(this);
    /** @type {ChatStream|null} */
    this.stream = null;
    this.lostConnection = false;
  }

  /**
   * @param {number|null} personId  who to be first; anyone when unknown
   * @param {number|null} chatId
   */
  async begin(personId, chatId) {
    await this.refreshWorld();
    const users = this.store.world.users;
    const person = users.find((user) => user.id === personId) ?? users[0];
    if (person) this.select(person.id, chatId ?? person.id);
  }

  async refreshWorld() {
    const { store } = this;
    store.world = await api.getWorld();
    store.emit("world");
    // A sandbox started anew has forgotten the people added by hand.
    const [first] = store.world.users;
    if (store.personId && !store.person && first) this.select(first.id, first.id);
  }

  /** @param {number} personId */
  selectPerson(personId) {
    const { chat } = this.store;
    this.select(personId, chat.type === "private" ? personId : chat.id);
  }

  /**
   * @param {number} personId
   * @param {number} chatId  falls back to the private chat when this person does not see it
   */
  select(personId, chatId) {
    const { store } = this;
    const seen = store.chatsOf(personId).some((chat) => chat.id === chatId);
    const target = seen ? chatId : personId;
    const sameChat = target === store.chatId && this.stream !== null;
    store.personId = personId;
    store.chatId = target;
    store.commands = [];
    history.replaceState(null, "", `/?as=${personId}&chat=${target}`);
    store.emit("selection", "world", "chat", "status");
    if (!sameChat) this.follow(target);
    void this.loadCommands();
    void this.loadProfile();
  }

  /** @param {number} chatId */
  follow(chatId) {
    const { store } = this;
    const state = store.state(chatId);
    this.stream?.close();
    this.stream = new ChatStream(chatId, {
      onSnapshot: ({ messages }) => {
        state.replace(messages);
        for (const each of messages) this.outbox.arrived(chatId, each);
        store.markRead(chatId);
        store.emit("chat", "world");
      },
      onEvent: (event) => this.receive(chatId, event),
      onConnection: (connected) => this.connection(connected),
    });
    void this.stream.connect();
  }

  /** Come back at once instead of at the next retry, as after a phone's sleep. */
  wake() {
    void this.stream?.connect();
  }

  /** @param {boolean} connected */
  connection(connected) {
    const { store, overlays } = this;
    if (connected && this.lostConnection) {
      overlays.toast(store.t.online);
      void this.tried(() => this.refreshWorld());
    }
    this.lostConnection = !connected;
    store.connected = connected;
    store.emit("status");
  }

  async loadCommands() {
    const { store } = this;
    const { chatId, personId } = store;
    const commands = await this.tried(() => api.getCommands(chatId, personId));
    if (!commands || store.chatId !== chatId || store.personId !== personId) return;
    store.commands = commands;
    store.emit("status");
  }

  async loadProfile() {
    const { store } = this;
    const language = store.person?.language_code ?? "";
    const profile = await this.tried(() => api.getProfile(language));
    if (!profile) return;
    store.profiles.set(language, profile);
    store.emit("world", "chat", "status");
  }

  /**
   * @param {number} chatId
   * @param {SandboxEvent} event
   */
  receive(chatId, event) {
    const { store } = this;
    const state = store.state(chatId);
    if (event.type === "action") this.waiting.act(state, event.action ?? null);
    else if (event.type === "draft") {
      const { draft_id: id = 0, text = "", entities } = event;
      this.waiting.draft(state, { id, text, entities });
    } else if (event.type === "callback_answer") this.taps.answered(chatId, event);
    else if (event.type === "delete") state.messages.delete(event.message_id ?? 0);
    else if (event.type === "ephemeral" && event.message) state.keepEphemeral(event.message);
    else if (event.type === "reaction" && event.message) state.upsert(event.message);
    else if (event.message) this.take(chatId, event.message, event.type === "message");
    store.markRead(store.chatId);
    store.emit("chat", "world");
  }

  /**
   * @param {number} chatId
   * @param {Message} message
   * @param {boolean} isNew
   */
  take(chatId, message, isNew) {
    const state = this.store.state(chatId);
    // Topics are no events of their own.
    if (message.forum_topic_created) void this.tried(() => this.refreshWorld());
    const mine = message.sandbox?.mine === this.store.personId;
    const changed = state.messages.get(message.message_id)?.text !== message.text;
    state.upsert(message);
    this.outbox.arrived(chatId, message);
    if (mine) return;
    if (message.sandbox?.mine == null) {
      this.waiting.settle(state);
      if (isNew) {
        this.waiting.act(state, null);
        this.waiting.draft(state, null);
      }
    }
    if (isNew || changed) this.announce(message);
  }

  /** @param {number} topic  0 for all */
  lookAtTopic(topic) {
    this.store.topicOf.set(this.store.chatId, topic);
    this.store.emit("chat");
  }

  /**
   * @param {string} firstName
   * @param {string} languageCode
   */
  async addPerson(firstName, languageCode) {
    const user = await this.tried(() => api.addUser(firstName, languageCode));
    if (!user) return;
    await this.tried(() => this.refreshWorld());
    this.select(user.id, user.id);
  }

  /**
   * @param {number} messageId
   * @param {string} text
   * @returns {Promise<boolean>} whether the sandbox took it
   */
  async edit(messageId, text) {
    const { chatId, personId } = this.store;
    const edit = { from: personId, messageId, text };
    return (await this.tried(() => api.edit(chatId, edit))) !== null;
  }

  /**
   * Enter a group or channel and open it.
   * @param {number} chatId
   */
  async join(chatId) {
    const { personId } = this.store;
    const joined = await this.tried(() => api.join(chatId, personId));
    if (!joined) return;
    await this.tried(() => this.refreshWorld());
    this.select(personId, chatId);
  }

  /**
   * Take a message away, as an administrator may.
   * @param {number} messageId
   */
  async remove(messageId) {
    const { chatId, personId } = this.store;
    await this.tried(() => api.remove(chatId, { from: personId, messageId }));
  }

  /** Give the bot the right to write in the open group or channel, or take it. */
  async turnBotRights() {
    const { chat, chatId, personId, t } = this.store;
    const may = !chat.sandbox?.bot_posts;
    const channel = chat.type === "channel";
    const rights = channel ? CHANNEL_RIGHTS : GROUP_RIGHTS;
    const status = channel ? "administrator" : may ? "member" : "restricted";
    const standing = { by: personId, status, rights: may ? rights : [] };
    if (!(await this.tried(() => api.stand(chatId, standing)))) return;
    await this.tried(() => this.refreshWorld());
    this.overlays.toast(may ? t.botMayPost : t.botMayNotPost);
  }

  /**
   * Let people press a card's button, each in a private chat of their own.
   * @param {number} messageId
   */
  async letJoin(messageId) {
    const { store } = this;
    const come = await this.tried(() => api.letJoin(store.chatId, messageId, CROWD));
    if (come) this.overlays.toast(fill(store.t.crowdComes, { n: CROWD }));
  }

  /**
   * Follow a link as Telegram would.
   * @param {string} url
   * @returns {boolean} false when the browser should open it
   */
  openLink(url) {
    const { store } = this;
    const link = resolveLink(url, store.world);
    if (link.kind === "web") return false;
    if (link.kind === "bot") this.select(store.personId, store.personId);
    else if (link.kind === "chat") this.select(store.personId, link.chatId);
    else if (link.kind === "start") {
      this.select(store.personId, store.personId);
      this.outbox.text(link.token ? `/start ${link.token}` : "/start");
    } else this.overlays.toast(store.t.unknownLink);
    return true;
  }

  /**
   * Run a call whose failure the person should hear of.
   * @template T
   * @param {() => Promise<T>} action
   * @returns {Promise<T|null>} null after a failure
   */
  async tried(action) {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      // A lost connection has its own, lasting notice.
      if (error.status !== 0) this.failed(error.message);
      return null;
    }
  }

  /** @param {string} reason */
  failed(reason) {
    this.overlays.toast(fill(this.store.t.failed, { reason }));
  }
}
