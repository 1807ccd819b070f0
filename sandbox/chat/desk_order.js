// One order on the seller's desk: what it is, how it stands, what can be done with it now.

import { pictureUrl } from "./desk_api.js";
import { defaultForm, deeds, openForm } from "./desk_deeds.js";
import { yuan } from "./desk_money.js";
import { h } from "./dom.js";
import { clock, moment } from "./format.js";
import { icon } from "./icons.js";
import { count, fill } from "./strings.js";

/** @typedef {import("./types.js").MarketOrder} MarketOrder */
/** @typedef {import("./types.js").MarketLine} MarketLine */
/** @typedef {import("./types.js").MarketParcel} MarketParcel */

/**
 * @typedef {object} CardView
 * @property {import("./strings.js").Strings} t
 * @property {"zh"|"en"} language
 * @property {boolean} unfolded
 * @property {string|undefined} form  the form that the person opened; "" closed it
 * @property {string} number  a tracking number for the next parcel
 * @property {number} chosen  how many lines are marked to be shipped
 * @property {boolean} busy
 */

/**
 * The state as the desk shows it, finer than the marketplace's own.
 * @param {MarketOrder} order
 */
export function stateOf(order) {
  if (order.status === "waitbuyerpay" && order.payingUntilMs !== null) return "paying";
  if (order.status === "waitsellersend" && order.parcels.length) return "partly";
  return order.status;
}

/**
 * @param {MarketOrder} order
 * @param {CardView} view
 * @returns {(Node|false)[]}
 */
export function orderCard(order, view) {
  const { t, language, unfolded } = view;
  const { desk } = t;
  const state = stateOf(order);
  const [first] = order.lines;
  const seconds = order.createdMs / 1000;
  const facts = [`…${order.orderId.slice(-6)}`, clock(seconds, language)];
  if (order.lines.length > 1) facts.push(count(desk.lines, order.lines.length));
  const head = h(
    "button",
    { type: "button", class: "order-head", "data-do": "fold", "aria-expanded": String(unfolded), "data-testid": "order-head" },
    h("img", { src: pictureUrl(first.picture), alt: "", width: 44, height: 44, loading: "lazy" }),
    h(
      "span",
      { class: "order-what" },
      h("span", { class: "order-name", lang: "zh" }, first.name),
      h("span", { class: "order-facts" }, facts.join(" · ")),
    ),
    h(
      "span",
      { class: "order-side" },
      h("span", { class: "order-total", "data-testid": "order-total" }, `¥${yuan(order.totalFen)}`),
      h("span", { class: `chip ${state}`, "data-testid": "order-state" }, desk.states[state] ?? order.status),
    ),
  );
  return [head, unfolded && body(order, view)];
}

/**
 * @param {MarketOrder} order
 * @param {CardView} view
 */
function body(order, view) {
  const form = view.form ?? defaultForm(order);
  const children = [
    h("ul", { class: "order-lines" }, order.lines.map((line) => lineRow(order, line, view, form === "ship"))),
    sums(order, view),
    order.parcels.length > 0 &&
      h("ul", { class: "parcels" }, order.parcels.map((parcel) => parcelRow(parcel, view))),
    refunds(order, view),
    h("div", { class: "deeds" }, deeds(order, view, form)),
    openForm(order, view, form),
  ];
  return h("div", { class: "order-body" }, children);
}

/**
 * @param {MarketOrder} order
 * @param {MarketLine} line
 * @param {CardView} view
 * @param {boolean} choosing  whether lines can be marked for the next parcel
 */
function lineRow(order, line, { t }, choosing) {
  const { desk } = t;
  const values = line.attributes.map(([, value]) => value).join(" · ");
  const left = !line.gone && line.shipped < line.quantity;
  const box =
    choosing && order.lines.length > 1 && left
      ? h("input", { type: "checkbox", name: "line", value: line.lineId, form: `ship-${order.orderId}`, "aria-label": fill(desk.choose, { name: values || line.name }), "data-testid": "order-line" })
      : null;
  const state = line.status === order.status ? "" : desk.states[line.status] ?? "";
  return h(
    "li",
    { "data-part": line.lineId },
    h("img", { src: pictureUrl(line.picture), alt: "", width: 36, height: 36, loading: "lazy" }),
    h(
      "span",
      { class: "line-what" },
      h("span", { class: "line-name", lang: "zh" }, values || line.name),
      h("span", { class: "order-facts" }, fill(desk.pieces, { n: line.quantity, price: yuan(line.listUnitFen) }), state && ` · ${state}`),
    ),
    h("span", { class: "line-amount" }, `¥${yuan(line.amountFen)}`),
    box,
  );
}

/**
 * @param {MarketOrder} order
 * @param {CardView} view
 */
function sums(order, { t, language }) {
  const { desk } = t;
  const facts = [
    `${desk.goods} ¥${yuan(order.goodsFen)}`,
    `${desk.freight} ¥${yuan(order.freightFen)}`,
    order.refundedFen ? `${desk.refunded} ¥${yuan(order.refundedFen)}` : "",
    order.status === "waitbuyerpay" ? fill(desk.payBefore, { time: moment(order.payBeforeMs / 1000, language) }) : "",
    desk.closedBy[order.closeOperateType] ?? "",
    order.address.fullName,
    order.thirdOrderId,
  ];
  return h("p", { class: "order-facts order-sums" }, facts.filter(Boolean).join(" · "));
}

/**
 * @param {MarketParcel} parcel
 * @param {CardView} view
 */
function parcelRow(parcel, { t, busy }) {
  const { desk } = t;
  const carried = parcel.kind !== "2";
  const next = carried && parcel.trace !== "SIGN" ? parcel.nextTrace : null;
  const body = JSON.stringify({ trackingNumber: parcel.trackingNumber });
  return h(
    "li",
    { "data-part": parcel.parcelId },
    icon("sample"),
    h(
      "span",
      { class: "line-what" },
      h("span", { class: "line-name" }, carried ? `${parcel.carrier} ${parcel.trackingNumber}` : desk.carriers.none),
      carried && h("span", { class: "order-facts" }, parcel.trace ? desk.traces[parcel.trace] : desk.notTraced),
    ),
    next &&
      h("button", { type: "button", class: "deed", "data-do": "trace", "data-value": body, disabled: busy, "data-testid": "do-trace" }, fill(desk.trace, { status: desk.traces[next] })),
  );
}

/**
 * @param {MarketOrder} order
 * @param {CardView} view
 */
function refunds(order, { t }) {
  const { desk } = t;
  if (!order.refunds.length) return false;
  return h(
    "ul",
    { class: "refunds", "data-testid": "refunds" },
    order.refunds.map((refund) =>
      h(
        "li",
        { "data-part": refund.refundId },
        `${desk.refund} ¥${yuan(refund.amountFen)}${refund.afterSales ? ` (${desk.afterSales})` : ""}: `,
        h("b", {}, desk.refundStages[refund.stage]),
      ),
    ),
  );
}
