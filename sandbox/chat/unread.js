// The other chats' news. Only the open chat is streamed, because browsers allow six connections to
// one address; the rest are asked for now and then.

import * as api from "./api.js";

/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./session.js").Session} Session */

const PAUSE_MS = 4000;

/**
 * @param {Store} store
 * @param {Session} session
 */
export async function watchOthers(store, session) {
  for (;;) {
    if (!document.hidden && store.connected) await look(store, session);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

/**
 * @param {Store} store
 * @param {Session} session
 */
async function look(store, session) {
  try {
    await session.refreshWorld();
    for (const { id } of store.world.chats) {
      if (id === store.chatId) continue;
      const state = store.state(id);
      const { seq, messages } = await api.getMessages(id, state.seq);
      if (id === store.chatId) continue;
      // A sandbox started anew counts from the beginning.
      if (seq < state.seq) state.replace([]);
      for (const message of messages) state.upsert(message);
      state.seq = seq < state.seq ? 0 : seq;
      if (state.read < 0) store.markRead(id);
    }
  } catch (error) {
    // The stream of the open chat tells the person that the connection is lost.
    if (!(error instanceof api.ApiError)) throw error;
  }
  store.emit("world");
  // A bot that starts after the page was opened registers its texts late.
  if (store.commands.length === 0) await session.loadCommands();
  if (!store.profile?.description) await session.loadProfile();
}
