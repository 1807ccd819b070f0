// The pushes of the marketplace: how they are delivered, and what came of the latest ones.

import { h } from "./dom.js";
import { clock } from "./format.js";
import { fill } from "./strings.js";

/** @typedef {import("./types.js").PushList} PushList */
/** @typedef {import("./types.js").PushRecord} PushRecord */
/** @typedef {import("./types.js").PushSwitches} PushSwitches */

/** @typedef {{t: import("./strings.js").Strings, language: "zh"|"en"}} PushView */

const TIMES = [1, 2, 3, 5];

/**
 * @param {PushList} pushes
 * @param {PushSwitches} switches
 * @param {PushView} view
 */
export function pushPane(pushes, switches, view) {
  const { desk } = view.t;
  const held = pushes.counts.held ?? 0;
  const rows = pushes.recent.map((push, index) => pushRow(push, index, view)).reverse();
  return [
    h(
      "div",
      { class: "switches" },
      choice(desk.delivery, "push_delivery", Object.entries(desk.deliveries), switches),
      choice(desk.times, "push_times", TIMES.map((n) => [String(n), fill(desk.timesOf, { n })]), switches),
      choice(desk.order, "push_order", Object.entries(desk.orderOf), switches),
      choice(desk.delay, "push_delay_seconds", Object.entries(desk.delays), switches),
    ),
    held > 0 &&
      h("button", { type: "button", class: "deed main flush", "data-part": "flush", "data-do": "flush", "data-testid": "flush" }, fill(desk.flush, { n: held })),
    h("p", { class: "desk-note small", "data-part": "url" }, pushes.url ? fill(desk.sentTo, { url: pushes.url }) : desk.sentNowhere),
    rows.length > 0
      ? h("ul", { class: "push-list", "data-part": "list" }, rows)
      : h("p", { class: "desk-note", "data-part": "none" }, desk.noPushes),
  ];
}

/**
 * One switch as a row of buttons.
 * @param {string} label
 * @param {keyof PushSwitches} name
 * @param {string[][]} options  value and text
 * @param {PushSwitches} switches
 */
function choice(label, name, options, switches) {
  return h(
    "div",
    { class: "switch-row", role: "group", "aria-label": label },
    h("span", { class: "switch-name" }, label),
    h(
      "span",
      { class: "segments" },
      options.map(([value, text]) =>
        h(
          "button",
          { type: "button", "data-do": "switch", "data-name": name, "data-value": value, "aria-pressed": String(Number(value) === switches[name] || value === switches[name]), "data-testid": `${name}-${value}` },
          text,
        ),
      ),
    ),
  );
}

/**
 * @param {PushRecord} push
 * @param {number} index
 * @param {PushView} view
 */
function pushRow(push, index, { t, language }) {
  const { desk } = t;
  // Nineteen digits do not fit into a number here, so the text is looked at as it is.
  const orderId = /"orderId":(\d+)/.exec(push.message)?.[1];
  const action = /"refundAction":"(\w+)"/.exec(push.message)?.[1];
  const taken = push.attempts.filter(({ status }) => status === 200).length;
  const state = taken > 1 ? fill(desk.deliveredTimes, { n: taken }) : desk.pushStates[push.state];
  const failures = push.attempts.filter(({ status }) => status !== 200);
  const facts = [
    clock(push.bornMs / 1000, language),
    orderId && `…${orderId.slice(-6)}`,
    action,
    failures.length > 0 && failures.map(({ status, error }) => status ?? error).slice(-3).join(", "),
  ];
  return h(
    "li",
    { "data-part": push.msgId, "data-testid": `push-${push.msgId}` },
    h(
      "span",
      { class: "line-what", title: action ?? false },
      h("span", { class: "line-name", title: push.type }, desk.topics[/** @type {"ORDER_BATCH_PAY"} */ (push.type)] ?? push.type),
      h("span", { class: "order-facts" }, facts.filter(Boolean).join(" · ")),
    ),
    h("span", { class: `chip push-${push.state}` }, state),
    h("button", { type: "button", class: "deed", "data-do": "again", "data-value": String(index), "data-testid": "push-again" }, desk.again),
  );
}
