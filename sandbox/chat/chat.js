// Puts the page together.

import { Actions } from "./actions.js";
import { ApiError } from "./api.js";
import { Attach } from "./attach.js";
import { Commands } from "./commands.js";
import { Composer } from "./composer.js";
import { Desk } from "./desk.js";
import { byId } from "./dom.js";
import { author, summary } from "./format.js";
import { Header } from "./header.js";
import { Inline } from "./inline.js";
import { Overlays } from "./overlays.js";
import { Samples } from "./samples.js";
import { Session } from "./session.js";
import { Sidebar } from "./sidebar.js";
import { Store } from "./store.js";
import { Timeline } from "./timeline.js";
import { Topics } from "./topics.js";
import { watchOthers } from "./unread.js";

const RETRY_MS = 1500;
const ASLEEP_MS = 15_000;

const store = new Store();
const overlays = new Overlays(store);
const session = new Session(store, overlays, (message) => {
  const { name } = author(message, store.world);
  byId("announcer").textContent = `${name}: ${summary(message, store.t)}`;
});
const samples = new Samples(store, session);
new Header(store);
new Sidebar(store, session);
new Topics(store, session);
const timeline = new Timeline(store);
const composer = new Composer(store, session);
new Commands(store, session);
new Attach(store, session, () => void samples.open());
const inline = new Inline(store, composer);
new Actions(store, session, composer, timeline, inline);
byId("bot-rights").addEventListener("click", () => void session.turnBotRights());
const desk = new Desk(store, overlays);

/** @param {string} name */
function numberFromAddress(name) {
  const text = new URLSearchParams(location.search).get(name);
  return text === null || !/^-?\d+$/.test(text) ? null : Number(text);
}

async function begin() {
  const person = numberFromAddress("as");
  const chat = numberFromAddress("chat");
  for (;;) {
    try {
      await session.begin(person, chat);
      return;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      session.connection(false);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

let hiddenAt = 0;
document.addEventListener("visibilitychange", () => {
  if (document.hidden) hiddenAt = Date.now();
  else if (Date.now() - hiddenAt > ASLEEP_MS) session.wake();
});
addEventListener("online", () => session.wake());

await begin();
void desk.begin();
void watchOthers(store, session);
