// The sandbox's tester API, one function a call. Each throws ApiError with a readable reason.

/** @typedef {import("./types.js").World} World */
/** @typedef {import("./types.js").User} User */
/** @typedef {import("./types.js").Message} Message */
/** @typedef {import("./types.js").Profile} Profile */
/** @typedef {import("./types.js").BotCommand} BotCommand */
/** @typedef {import("./types.js").Sample} Sample */
/** @typedef {import("./types.js").SendAs} SendAs */

export class ApiError extends Error {
  /**
   * @param {string} reason
   * @param {number} status  HTTP status; 0 when the sandbox was not reached
   */
  constructor(reason, status) {
    super(reason);
    this.status = status;
  }
}

/**
 * @param {string} path
 * @param {RequestInit} [options]
 * @returns {Promise<any>}
 */
export async function call(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    throw new ApiError(error instanceof Error ? error.message : String(error), 0);
  }
  const body = await response.text();
  if (!response.ok) throw new ApiError(reasonIn(body) || response.statusText, response.status);
  try {
    return body ? JSON.parse(body) : null;
  } catch {
    throw new ApiError(`${path} did not answer with JSON`, response.status);
  }
}

/** @param {string} body */
function reasonIn(body) {
  try {
    const { description, error, message } = JSON.parse(body);
    return String(description ?? error ?? message ?? body);
  } catch {
    return body.slice(0, 200);
  }
}

/** @param {unknown} value */
export const json = (value) => ({
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(value),
});

/** @returns {Promise<World>} */
export const getWorld = () => call("/sandbox/world");

/**
 * @param {number} chatId
 * @param {number} userId
 * @returns {Promise<BotCommand[]>}
 */
export const getCommands = (chatId, userId) =>
  call(`/sandbox/commands?chat_id=${chatId}&user_id=${userId}`);

/**
 * @param {string} language
 * @returns {Promise<Profile>}
 */
export const getProfile = (language) =>
  call(`/sandbox/profile?language=${encodeURIComponent(language)}`);

/**
 * @param {string} firstName
 * @param {string} languageCode
 * @returns {Promise<User>}
 */
export const addUser = (firstName, languageCode) =>
  call("/sandbox/users", json({ first_name: firstName, language_code: languageCode }));

/**
 * The messages of a chat, deleted ones marked; with `afterSeq` those that changed since.
 * @param {number} chatId
 * @param {number} [afterSeq]
 * @returns {Promise<{seq: number, messages: Message[]}>}
 */
export const getMessages = (chatId, afterSeq = 0) =>
  call(`/sandbox/chats/${chatId}/messages${afterSeq > 0 ? `?after_seq=${afterSeq}` : ""}`);

/**
 * @param {number} chatId
 * @param {{from: number, text: string, replyTo?: number, topic?: number, key: string}} message
 * @returns {Promise<{messages?: Message[]}>}
 */
export const sendText = (chatId, { from, text, replyTo, topic, key }) =>
  call(`/sandbox/chats/${chatId}/send`, json({ from, text, reply_to: replyTo, topic, key }));

/**
 * Several files arrive as one album.
 * @param {number} chatId
 * @param {{from: number, caption: string, as: SendAs, files: File[], replyTo?: number,
 *   topic?: number, key: string}} message
 * @returns {Promise<{messages?: Message[]}>}
 */
export function sendFiles(chatId, { from, caption, as, files, replyTo, topic, key }) {
  const body = new FormData();
  body.append("from", String(from));
  if (caption) body.append("caption", caption);
  body.append("as", as);
  body.append("key", key);
  if (replyTo !== undefined) body.append("reply_to", String(replyTo));
  if (topic !== undefined) body.append("topic", String(topic));
  for (const file of files) body.append("file", file, file.name);
  return call(`/sandbox/chats/${chatId}/send`, { method: "POST", body });
}

/**
 * @param {number} chatId
 * @param {{from: number, messageId: number, data: string}} tap
 * @returns {Promise<{callback_query_id: string}>}
 */
export const tap = (chatId, { from, messageId, data }) =>
  call(`/sandbox/chats/${chatId}/tap`, json({ from, message_id: messageId, data }));

/**
 * @param {number} chatId
 * @param {{from: number, messageId: number, text: string}} edit
 */
export const edit = (chatId, { from, messageId, text }) =>
  call(`/sandbox/chats/${chatId}/edit`, json({ from, message_id: messageId, text }));

/**
 * @param {number} chatId
 * @param {number} userId
 */
export const join = (chatId, userId) =>
  call(`/sandbox/chats/${chatId}/join`, json({ user_id: userId }));

/**
 * @param {number} chatId
 * @param {{from: number, messageId: number}} gone
 */
export const remove = (chatId, { from, messageId }) =>
  call(`/sandbox/chats/${chatId}/delete`, json({ from, message_id: messageId }));

/**
 * An administrator lets the bot in, or changes its rights.
 * @param {number} chatId
 * @param {{by: number, status: string, rights: string[]}} standing
 */
export const stand = (chatId, standing) =>
  call(`/sandbox/chats/${chatId}/standing`, json(standing));

/**
 * Let people follow a message's button; they play on by themselves.
 * @param {number} chatId
 * @param {number} messageId
 * @param {number} people
 */
export const letJoin = (chatId, messageId, people) =>
  call(`/sandbox/chats/${chatId}/crowd`, json({ message_id: messageId, people }));

/**
 * @param {number} from
 * @param {string} query
 * @param {string} chatType
 * @returns {Promise<{inline_query_id: string}>}
 */
export const askInline = (from, query, chatType) =>
  call("/sandbox/inline", json({ from, query, chat_type: chatType }));

/** @param {string} queryId */
export const getInlineAnswer = (queryId) => call(`/sandbox/inline/${queryId}`);

/**
 * @param {number} chatId
 * @param {{from: number, queryId: string, resultId: string}} chosen
 */
export const chooseInline = (chatId, { from, queryId, resultId }) =>
  call(
    `/sandbox/chats/${chatId}/choose`,
    json({ from, inline_query_id: queryId, result_id: resultId }),
  );

/** @param {string} fileId */
export const fileUrl = (fileId) => `/sandbox/files/${encodeURIComponent(fileId)}`;

/** @returns {Promise<Sample[]>} */
export const getSamples = () => call("/samples/samples.json");

/** @param {Sample} sample */
export const sampleUrl = (sample) => `/samples/${encodeURIComponent(sample.file)}`;

/**
 * @param {Sample} sample
 * @returns {Promise<File>}
 */
export async function sampleFile(sample) {
  const response = await fetch(sampleUrl(sample));
  if (!response.ok) throw new ApiError(response.statusText, response.status);
  const blob = await response.blob();
  return new File([blob], sample.file, { type: blob.type });
}
