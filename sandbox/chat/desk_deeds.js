// What can be done with an order now, as buttons and small forms. The marketplace has the last
// word: what it refuses is told in its words.

import { yuan } from "./desk_money.js";
import { h } from "./dom.js";
import { count } from "./strings.js";

/** @typedef {import("./types.js").MarketOrder} MarketOrder */
/** @typedef {import("./desk_order.js").CardView} CardView */

const REFUNDABLE = ["waitsellersend", "waitbuyerreceive", "confirm_goods", "success"];
const TERMINABLE = ["waitsellersend", "waitbuyerreceive", "confirm_goods"];
const EXPIRED = { reason: "BUYER_NO_PAY", operateType: "CLOSE_TRADE_BY_BOPS" };
/** @type {Record<string, string[]>} */
const REFUND_STEPS = {
  waitselleragree: ["agree", "reject", "refund", "end"],
  waitbuyermodify: ["refund", "end"],
  waitbuyersend: ["return", "refund", "end"],
  waitsellerreceive: ["refund", "end"],
};

/** @param {MarketOrder} order */
const openRefund = (order) => order.refunds.find(({ stage }) => stage in REFUND_STEPS);

/** @param {MarketOrder} order */
const canAskForRefund = (order) => {
  const stage = openRefund(order)?.stage;
  const left = order.totalFen - order.refundedFen > 0;
  return REFUNDABLE.includes(order.status) && left && (!stage || stage === "waitbuyermodify");
};

/**
 * The form that stands open by itself.
 * @param {MarketOrder} order
 */
export const defaultForm = (order) => (order.status === "waitsellersend" ? "ship" : "");

/**
 * @param {MarketOrder} order
 * @param {CardView} view
 * @param {string} form  the one that is open
 */
export function deeds(order, view, form) {
  const { desk } = view.t;
  const paying = order.payingUntilMs !== null;
  const unpaid = order.status === "waitbuyerpay" && !paying;
  const onTheWay = ["waitsellersend", "waitbuyerreceive"].includes(order.status);
  const toReceive = order.lines.some(
    (line) => !line.gone && line.receivedMs === null && line.shipped === line.quantity,
  );
  const stage = openRefund(order)?.stage;
  const steps = stage ? REFUND_STEPS[stage] : [];
  return [
    order.status === "waitbuyerpay" && deed(view, "pay", desk.pay, {}, true),
    unpaid && opener(view, "price", desk.price, form),
    unpaid && deed(view, "close", desk.close),
    unpaid && deed(view, "close", desk.expire, EXPIRED, false, "expire"),
    order.status === "waitsellersend" && opener(view, "ship", desk.ship, form),
    onTheWay && toReceive && deed(view, "receive", desk.receive, {}, true),
    order.status === "confirm_goods" && deed(view, "complete", desk.complete, {}, true),
    canAskForRefund(order) && opener(view, "refund", desk.refund, form),
    ...steps.map((step) =>
      deed(view, "refund", desk.refundSteps[/** @type {"agree"} */ (step)], { step }, false, `refund-${step}`),
    ),
    TERMINABLE.includes(order.status) && deed(view, "terminate", desk.terminate),
  ];
}

/**
 * The form that is open, if any.
 * @param {MarketOrder} order
 * @param {CardView} view
 * @param {string} form
 */
export function openForm(order, view, form) {
  if (form === "ship" && order.status === "waitsellersend") return shipForm(order, view);
  if (form === "price" && order.status === "waitbuyerpay") return priceForm(order, view);
  if (form === "refund" && canAskForRefund(order)) return refundForm(order, view);
  return false;
}

/**
 * @param {CardView} view
 * @param {string} action
 * @param {string} text
 * @param {Record<string, unknown>} [body]
 * @param {boolean} [main]
 * @param {string} [name]  for tests, where one action has several buttons
 */
function deed(view, action, text, body = {}, main = false, name = action) {
  return h(
    "button",
    { type: "button", class: main ? "deed main" : "deed", "data-part": name, "data-do": action, "data-value": JSON.stringify(body), disabled: view.busy, "data-testid": `do-${name}` },
    text,
  );
}

/**
 * @param {CardView} view
 * @param {string} name
 * @param {string} text
 * @param {string} open
 */
function opener(view, name, text, open) {
  return h(
    "button",
    { type: "button", class: "deed", "data-part": `form-${name}`, "data-do": "form", "data-value": name, "aria-pressed": String(open === name), "data-testid": `form-${name}` },
    text,
  );
}

/**
 * @param {MarketOrder} order
 * @param {string} action
 * @param {(Node|false)[]} fields
 * @param {string} text
 * @param {CardView} view
 */
function deskForm(order, action, fields, text, view) {
  return h(
    "form",
    { class: "desk-form", id: `${action}-${order.orderId}`, "data-part": action, "data-do": action, "data-order": order.orderId },
    fields,
    h("button", { type: "submit", class: "deed main", disabled: view.busy, "data-testid": `send-${action}` }, text),
  );
}

/**
 * @param {string} label
 * @param {string} name
 * @param {string} value
 * @param {Record<string, unknown>} [more]
 */
function amountField(label, name, value, more = {}) {
  return h(
    "label",
    { class: "amount" },
    h("span", {}, label),
    h("span", { class: "yuan" }, "¥", h("input", { name, value, inputmode: "decimal", autocomplete: "off", size: 7, "data-testid": `field-${name}`, ...more })),
  );
}

/**
 * @param {MarketOrder} order
 * @param {CardView} view
 */
function priceForm(order, view) {
  const { desk } = view.t;
  return deskForm(
    order,
    "price",
    [
      amountField(desk.goodsBy, "goods", "", { placeholder: "-1.00", inputmode: "text" }),
      amountField(desk.freightTo, "freight", yuan(order.freightFen)),
    ],
    desk.apply,
    view,
  );
}

/**
 * @param {MarketOrder} order
 * @param {CardView} view
 */
function refundForm(order, view) {
  const { desk } = view.t;
  const left = yuan(order.totalFen - order.refundedFen);
  return deskForm(order, "refund", [amountField(desk.refundAmount, "amount", left)], desk.refundSteps.apply, view);
}

/**
 * @param {MarketOrder} order
 * @param {CardView} view
 */
function shipForm(order, view) {
  const { desk } = view.t;
  const carriers = Object.entries(desk.carriers).map(([code, name]) => h("option", { value: code }, name));
  return deskForm(
    order,
    "ship",
    [
      h("select", { name: "carrier", "aria-label": desk.carrier, "data-testid": "field-carrier" }, carriers),
      h("input", { name: "number", value: view.number, "aria-label": desk.tracking, autocomplete: "off", maxlength: 40, "data-testid": "field-number" }),
    ],
    view.chosen ? count(desk.shipSome, view.chosen) : desk.shipAll,
    view,
  );
}
