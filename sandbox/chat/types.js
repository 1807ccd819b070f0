// Shapes that cross module borders. Bot API shapes name only the fields this page reads.

/**
 * @typedef {{id: number, is_bot?: boolean, first_name: string, last_name?: string,
 *   username?: string, language_code?: string}} User
 * @typedef {{id: number, type: "private"|"group"|"supergroup"|"channel", title?: string,
 *   username?: string, members?: number[], admins?: number[], seq?: number,
 *   sandbox?: {topics?: Topic[], bot?: string, bot_posts?: boolean}}} Chat
 * @typedef {{message_thread_id: number, name: string, closed?: boolean}} Topic
 * @typedef {{bot: User, users: User[], chats: Chat[]}} World
 * @typedef {{command: string, description: string}} BotCommand
 * @typedef {{name: string, description: string, short_description: string}} Profile
 *
 * @typedef {{type: string, offset: number, length: number, url?: string, user?: User,
 *   language?: string, unix_time?: number, date_time_format?: string}} Entity
 * @typedef {{file_id: string, width: number, height: number, file_size?: number}} PhotoSize
 * @typedef {{file_id: string, file_name?: string, mime_type?: string, file_size?: number,
 *   duration?: number}} FileInfo
 *
 * @typedef {{text: string, callback_data?: string, url?: string, copy_text?: {text: string},
 *   web_app?: {url: string}, login_url?: {url: string}, style?: string,
 *   disabled?: object, switch_inline_query_chosen_chat?: {query?: string}}} Button
 * @typedef {{inline_keyboard?: Button[][], keyboard?: (Button|string)[][],
 *   remove_keyboard?: boolean, one_time_keyboard?: boolean, force_reply?: boolean,
 *   input_field_placeholder?: string}} ReplyMarkup
 *
 * @typedef {{type?: string, emoji?: string}} Reaction
 *
 * @typedef {string|RichText[]|{type: string, text: RichText, url?: string, unix_time?: number,
 *   date_time_format?: string}} RichText
 * @typedef {{text?: RichText, align: string, valign: string, is_header?: boolean,
 *   colspan?: number}} RichCell
 * @typedef {{type: string, text?: RichText, cells?: RichCell[][], photo?: PhotoSize[],
 *   is_striped?: boolean, is_compact?: boolean}} RichBlock
 *
 * @typedef {object} Message
 * @property {number} message_id
 * @property {number} date
 * @property {Chat} chat
 * @property {User} [from]
 * @property {Chat} [sender_chat]
 * @property {number} [edit_date]
 * @property {string} [text]
 * @property {Entity[]} [entities]
 * @property {{blocks: RichBlock[]}} [rich_message]
 * @property {string} [caption]
 * @property {Entity[]} [caption_entities]
 * @property {boolean} [show_caption_above_media]
 * @property {boolean} [has_media_spoiler]
 * @property {string} [media_group_id]
 * @property {PhotoSize[]} [photo]
 * @property {FileInfo} [document]
 * @property {FileInfo} [video]
 * @property {FileInfo} [animation]
 * @property {FileInfo} [audio]
 * @property {FileInfo} [voice]
 * @property {{phone_number: string, first_name: string}} [contact]
 * @property {{latitude: number, longitude: number}} [location]
 * @property {Message} [reply_to_message]
 * @property {Message} [pinned_message]
 * @property {User[]} [new_chat_members]
 * @property {User} [left_chat_member]
 * @property {string} [new_chat_title]
 * @property {boolean} [group_chat_created]
 * @property {boolean} [supergroup_chat_created]
 * @property {boolean} [channel_chat_created]
 * @property {number} [message_thread_id]
 * @property {boolean} [is_topic_message]
 * @property {{name: string}} [forum_topic_created]
 * @property {number} [ephemeral_message_id]
 * @property {User} [receiver_user]  the one person who sees it
 * @property {ReplyMarkup} [reply_markup]
 * @property {{mine?: number|null, key?: string, edited?: boolean, deleted?: boolean,
 *   reply_keyboard?: ReplyMarkup, reactions?: Reaction[]}} [sandbox]
 *
 * @typedef {object} SandboxEvent
 * @property {number} seq
 * @property {"message"|"edit"|"delete"|"action"|"callback_answer"|"reaction"|
 *   "draft"|"ephemeral"} type
 * @property {Message} [message]
 * @property {number} [message_id]
 * @property {string} [action]
 * @property {string} [callback_query_id]
 * @property {string} [text]
 * @property {boolean} [show_alert]
 * @property {string} [url]
 * @property {number} [user_id]
 * @property {number} [draft_id]
 * @property {Entity[]} [entities]
 *
 * @typedef {{file: string, title_en: string, title_zh: string}} Sample
 * @typedef {"photo"|"document"} SendAs
 *
 * @typedef {object} Outgoing  What the person has sent and the sandbox has not yet stored.
 * @property {number} id
 * @property {string} key  the sandbox gives it back with what was stored
 * @property {number} from
 * @property {string} text
 * @property {File[]} files
 * @property {SendAs} as
 * @property {string[]} previews  object URLs, one for each picture
 * @property {number} [replyTo]
 * @property {number} [topic]
 * @property {"sending"|"failed"} state
 * @property {string} [error]
 */

/**
 * The simulated marketplace as its steering routes tell of it; amounts in fen.
 *
 * @typedef {{lineId: string, name: string, attributes: [string, string][], unit: string,
 *   picture: string, quantity: number, listUnitFen: number, amountFen: number, shipped: number,
 *   status: string, receivedMs: number|null, gone: boolean}} MarketLine
 * @typedef {{parcelId: number, kind: "0"|"1"|"2", carrier: string, carrierCode: string,
 *   trackingNumber: string, trace: string|null, nextTrace: string}} MarketParcel
 * @typedef {{refundId: string, stage: string, amountFen: number, afterSales: boolean}} MarketRefund
 * @typedef {{orderId: string, thirdOrderId: string, status: string, createdMs: number,
 *   payBeforeMs: number, payingUntilMs: number|null, closeOperateType: string,
 *   address: {fullName: string}, lines: MarketLine[], parcels: MarketParcel[],
 *   refunds: MarketRefund[], goodsFen: number, freightFen: number, totalFen: number,
 *   refundedFen: number}} MarketOrder
 * @typedef {{offerId: number, subject: string, picture: string|null, status: string,
 *   tiers: {startQuantity: number, price: string}[], prices: Record<string, string|null>,
 *   stock: number|Record<string, number>}} MarketOffer
 *
 * @typedef {{status: number|null, error: string|null, millis: number}} PushAttempt
 * @typedef {{msgId: number, type: string, bornMs: number, state: string, message: string,
 *   signature: string, attempts: PushAttempt[]}} PushRecord
 * @typedef {{url: string, counts: Record<string, number>, recent: PushRecord[]}} PushList
 * @typedef {{push_delivery: string, push_times: number, push_order: string,
 *   push_delay_seconds: number}} PushSwitches
 */

export {};
