/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";

// Common aliases
const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError;

// Exported root namespace
const $root = $protobuf.roots["longhaul-wire"] || ($protobuf.roots["longhaul-wire"] = {});

export const longhaul = $root.longhaul = (() => {

    /**
     * Namespace longhaul.
     * @exports longhaul
     * @namespace
     */
    const longhaul = {};

    longhaul.v1 = (function() {

        /**
         * Namespace v1.
         * @memberof longhaul
         * @namespace
         */
        const v1 = {};

        v1.TrackSelector = (function() {

            /**
             * Properties of a TrackSelector.
             * @typedef {Object} longhaul.v1.TrackSelector.$Properties
             * @property {number|null} [media] TrackSelector media
             * @property {number|null} [index] TrackSelector index
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a TrackSelector.
             * @memberof longhaul.v1
             * @interface ITrackSelector
             * @augments longhaul.v1.TrackSelector.$Properties
             * @deprecated Use longhaul.v1.TrackSelector.$Properties instead.
             */

            /**
             * Shape of a TrackSelector.
             * @typedef {longhaul.v1.TrackSelector.$Properties} longhaul.v1.TrackSelector.$Shape
             */

            /**
             * Constructs a new TrackSelector.
             * @memberof longhaul.v1
             * @classdesc Represents a TrackSelector.
             * @constructor
             * @param {longhaul.v1.TrackSelector.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const TrackSelector = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * TrackSelector media.
             * @member {number} media
             * @memberof longhaul.v1.TrackSelector
             * @instance
             */
            TrackSelector.prototype.media = 0;

            /**
             * TrackSelector index.
             * @member {number} index
             * @memberof longhaul.v1.TrackSelector
             * @instance
             */
            TrackSelector.prototype.index = 0;

            /**
             * Encodes the specified TrackSelector message. Does not implicitly {@link longhaul.v1.TrackSelector.verify|verify} messages.
             * @function encode
             * @memberof longhaul.v1.TrackSelector
             * @static
             * @param {longhaul.v1.TrackSelector.$Properties} message TrackSelector message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            TrackSelector.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.media != null && $Object.hasOwnProperty.call(message, "media") && message.media !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.media);
                if (message.index != null && $Object.hasOwnProperty.call(message, "index") && message.index !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.index);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a TrackSelector message from the specified reader or buffer.
             * @function decode
             * @memberof longhaul.v1.TrackSelector
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {longhaul.v1.TrackSelector & longhaul.v1.TrackSelector.$Shape} TrackSelector
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            TrackSelector.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.longhaul.v1.TrackSelector();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.media = value;
                            else
                                delete message.media;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.index = value;
                            else
                                delete message.index;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return TrackSelector;
        })();

        v1.Resume = (function() {

            /**
             * Properties of a Resume.
             * @typedef {Object} longhaul.v1.Resume.$Properties
             * @property {number|null} [epoch] Resume epoch
             * @property {number|null} [ordinal] Resume ordinal
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Resume.
             * @memberof longhaul.v1
             * @interface IResume
             * @augments longhaul.v1.Resume.$Properties
             * @deprecated Use longhaul.v1.Resume.$Properties instead.
             */

            /**
             * Shape of a Resume.
             * @typedef {longhaul.v1.Resume.$Properties} longhaul.v1.Resume.$Shape
             */

            /**
             * Constructs a new Resume.
             * @memberof longhaul.v1
             * @classdesc Represents a Resume.
             * @constructor
             * @param {longhaul.v1.Resume.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Resume = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Resume epoch.
             * @member {number} epoch
             * @memberof longhaul.v1.Resume
             * @instance
             */
            Resume.prototype.epoch = 0;

            /**
             * Resume ordinal.
             * @member {number} ordinal
             * @memberof longhaul.v1.Resume
             * @instance
             */
            Resume.prototype.ordinal = 0;

            /**
             * Encodes the specified Resume message. Does not implicitly {@link longhaul.v1.Resume.verify|verify} messages.
             * @function encode
             * @memberof longhaul.v1.Resume
             * @static
             * @param {longhaul.v1.Resume.$Properties} message Resume message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Resume.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch") && message.epoch !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.epoch);
                if (message.ordinal != null && $Object.hasOwnProperty.call(message, "ordinal") && message.ordinal !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.ordinal);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Resume message from the specified reader or buffer.
             * @function decode
             * @memberof longhaul.v1.Resume
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {longhaul.v1.Resume & longhaul.v1.Resume.$Shape} Resume
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Resume.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.longhaul.v1.Resume();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.epoch = value;
                            else
                                delete message.epoch;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.ordinal = value;
                            else
                                delete message.ordinal;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Resume;
        })();

        v1.Hello = (function() {

            /**
             * Properties of a Hello.
             * @typedef {Object} longhaul.v1.Hello.$Properties
             * @property {Array.<number>|null} [versions] Hello versions
             * @property {string|null} [relayId] Hello relayId
             * @property {string|null} [software] Hello software
             * @property {string|null} [region] Hello region
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Hello.
             * @memberof longhaul.v1
             * @interface IHello
             * @augments longhaul.v1.Hello.$Properties
             * @deprecated Use longhaul.v1.Hello.$Properties instead.
             */

            /**
             * Shape of a Hello.
             * @typedef {longhaul.v1.Hello.$Properties} longhaul.v1.Hello.$Shape
             */

            /**
             * Constructs a new Hello.
             * @memberof longhaul.v1
             * @classdesc Represents a Hello.
             * @constructor
             * @param {longhaul.v1.Hello.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Hello = function (properties) {
                this.versions = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Hello versions.
             * @member {Array.<number>} versions
             * @memberof longhaul.v1.Hello
             * @instance
             */
            Hello.prototype.versions = $util.emptyArray;

            /**
             * Hello relayId.
             * @member {string} relayId
             * @memberof longhaul.v1.Hello
             * @instance
             */
            Hello.prototype.relayId = "";

            /**
             * Hello software.
             * @member {string} software
             * @memberof longhaul.v1.Hello
             * @instance
             */
            Hello.prototype.software = "";

            /**
             * Hello region.
             * @member {string} region
             * @memberof longhaul.v1.Hello
             * @instance
             */
            Hello.prototype.region = "";

            /**
             * Encodes the specified Hello message. Does not implicitly {@link longhaul.v1.Hello.verify|verify} messages.
             * @function encode
             * @memberof longhaul.v1.Hello
             * @static
             * @param {longhaul.v1.Hello.$Properties} message Hello message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Hello.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.versions != null && message.versions.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).uint32s(message.versions);
                if (message.relayId != null && $Object.hasOwnProperty.call(message, "relayId") && message.relayId !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.relayId);
                if (message.software != null && $Object.hasOwnProperty.call(message, "software") && message.software !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.software);
                if (message.region != null && $Object.hasOwnProperty.call(message, "region") && message.region !== "")
                    writer.uint32(/* id 4, wireType 2 =*/34).string(message.region);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Hello message from the specified reader or buffer.
             * @function decode
             * @memberof longhaul.v1.Hello
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {longhaul.v1.Hello & longhaul.v1.Hello.$Shape} Hello
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Hello.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.longhaul.v1.Hello();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType === 2) {
                                if (!(message.versions && message.versions.length))
                                    message.versions = [];
                                reader.uint32s(message.versions);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.versions && message.versions.length))
                                message.versions = [];
                            message.versions.push(reader.uint32());
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.relayId = value;
                            else
                                delete message.relayId;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.software = value;
                            else
                                delete message.software;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.region = value;
                            else
                                delete message.region;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Hello;
        })();

        v1.Goaway = (function() {

            /**
             * Properties of a Goaway.
             * @typedef {Object} longhaul.v1.Goaway.$Properties
             * @property {number|null} [reason] Goaway reason
             * @property {number|null} [drainMs] Goaway drainMs
             * @property {string|null} [text] Goaway text
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Goaway.
             * @memberof longhaul.v1
             * @interface IGoaway
             * @augments longhaul.v1.Goaway.$Properties
             * @deprecated Use longhaul.v1.Goaway.$Properties instead.
             */

            /**
             * Shape of a Goaway.
             * @typedef {longhaul.v1.Goaway.$Properties} longhaul.v1.Goaway.$Shape
             */

            /**
             * Constructs a new Goaway.
             * @memberof longhaul.v1
             * @classdesc Represents a Goaway.
             * @constructor
             * @param {longhaul.v1.Goaway.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Goaway = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Goaway reason.
             * @member {number} reason
             * @memberof longhaul.v1.Goaway
             * @instance
             */
            Goaway.prototype.reason = 0;

            /**
             * Goaway drainMs.
             * @member {number} drainMs
             * @memberof longhaul.v1.Goaway
             * @instance
             */
            Goaway.prototype.drainMs = 0;

            /**
             * Goaway text.
             * @member {string} text
             * @memberof longhaul.v1.Goaway
             * @instance
             */
            Goaway.prototype.text = "";

            /**
             * Encodes the specified Goaway message. Does not implicitly {@link longhaul.v1.Goaway.verify|verify} messages.
             * @function encode
             * @memberof longhaul.v1.Goaway
             * @static
             * @param {longhaul.v1.Goaway.$Properties} message Goaway message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Goaway.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.reason);
                if (message.drainMs != null && $Object.hasOwnProperty.call(message, "drainMs") && message.drainMs !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.drainMs);
                if (message.text != null && $Object.hasOwnProperty.call(message, "text") && message.text !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.text);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Goaway message from the specified reader or buffer.
             * @function decode
             * @memberof longhaul.v1.Goaway
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {longhaul.v1.Goaway & longhaul.v1.Goaway.$Shape} Goaway
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Goaway.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.longhaul.v1.Goaway();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.reason = value;
                            else
                                delete message.reason;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.drainMs = value;
                            else
                                delete message.drainMs;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.text = value;
                            else
                                delete message.text;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Goaway;
        })();

        v1.Announce = (function() {

            /**
             * Properties of an Announce.
             * @typedef {Object} longhaul.v1.Announce.$Properties
             * @property {string|null} [path] Announce path
             * @property {number|null} [epoch] Announce epoch
             * @property {Array.<string>|null} [hops] Announce hops
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an Announce.
             * @memberof longhaul.v1
             * @interface IAnnounce
             * @augments longhaul.v1.Announce.$Properties
             * @deprecated Use longhaul.v1.Announce.$Properties instead.
             */

            /**
             * Shape of an Announce.
             * @typedef {longhaul.v1.Announce.$Properties} longhaul.v1.Announce.$Shape
             */

            /**
             * Constructs a new Announce.
             * @memberof longhaul.v1
             * @classdesc Represents an Announce.
             * @constructor
             * @param {longhaul.v1.Announce.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Announce = function (properties) {
                this.hops = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Announce path.
             * @member {string} path
             * @memberof longhaul.v1.Announce
             * @instance
             */
            Announce.prototype.path = "";

            /**
             * Announce epoch.
             * @member {number} epoch
             * @memberof longhaul.v1.Announce
             * @instance
             */
            Announce.prototype.epoch = 0;

            /**
             * Announce hops.
             * @member {Array.<string>} hops
             * @memberof longhaul.v1.Announce
             * @instance
             */
            Announce.prototype.hops = $util.emptyArray;

            /**
             * Encodes the specified Announce message. Does not implicitly {@link longhaul.v1.Announce.verify|verify} messages.
             * @function encode
             * @memberof longhaul.v1.Announce
             * @static
             * @param {longhaul.v1.Announce.$Properties} message Announce message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Announce.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.path != null && $Object.hasOwnProperty.call(message, "path") && message.path !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.path);
                if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch") && message.epoch !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.epoch);
                if (message.hops != null && message.hops.length)
                    for (let i = 0; i < message.hops.length; ++i)
                        writer.uint32(/* id 3, wireType 2 =*/26).string(message.hops[i]);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an Announce message from the specified reader or buffer.
             * @function decode
             * @memberof longhaul.v1.Announce
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {longhaul.v1.Announce & longhaul.v1.Announce.$Shape} Announce
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Announce.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.longhaul.v1.Announce();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.path = value;
                            else
                                delete message.path;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.epoch = value;
                            else
                                delete message.epoch;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if (!(message.hops && message.hops.length))
                                message.hops = [];
                            message.hops.push(reader.stringVerify());
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Announce;
        })();

        v1.AnnounceOk = (function() {

            /**
             * Properties of an AnnounceOk.
             * @typedef {Object} longhaul.v1.AnnounceOk.$Properties
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an AnnounceOk.
             * @memberof longhaul.v1
             * @interface IAnnounceOk
             * @augments longhaul.v1.AnnounceOk.$Properties
             * @deprecated Use longhaul.v1.AnnounceOk.$Properties instead.
             */

            /**
             * Shape of an AnnounceOk.
             * @typedef {longhaul.v1.AnnounceOk.$Properties} longhaul.v1.AnnounceOk.$Shape
             */

            /**
             * Constructs a new AnnounceOk.
             * @memberof longhaul.v1
             * @classdesc Represents an AnnounceOk.
             * @constructor
             * @param {longhaul.v1.AnnounceOk.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const AnnounceOk = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Encodes the specified AnnounceOk message. Does not implicitly {@link longhaul.v1.AnnounceOk.verify|verify} messages.
             * @function encode
             * @memberof longhaul.v1.AnnounceOk
             * @static
             * @param {longhaul.v1.AnnounceOk.$Properties} message AnnounceOk message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            AnnounceOk.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an AnnounceOk message from the specified reader or buffer.
             * @function decode
             * @memberof longhaul.v1.AnnounceOk
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {longhaul.v1.AnnounceOk & longhaul.v1.AnnounceOk.$Shape} AnnounceOk
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            AnnounceOk.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.longhaul.v1.AnnounceOk();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    reader.skipType(tag & 7, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return AnnounceOk;
        })();

        v1.Subscribe = (function() {

            /**
             * Properties of a Subscribe.
             * @typedef {Object} longhaul.v1.Subscribe.$Properties
             * @property {number|null} [subscriptionId] Subscribe subscriptionId
             * @property {string|null} [path] Subscribe path
             * @property {Array.<longhaul.v1.TrackSelector.$Properties>|null} [tracks] Subscribe tracks
             * @property {number|null} [start] Subscribe start
             * @property {number|null} [latencyBudgetMs] Subscribe latencyBudgetMs
             * @property {longhaul.v1.Resume.$Properties|null} [resume] Subscribe resume
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Subscribe.
             * @memberof longhaul.v1
             * @interface ISubscribe
             * @augments longhaul.v1.Subscribe.$Properties
             * @deprecated Use longhaul.v1.Subscribe.$Properties instead.
             */

            /**
             * Shape of a Subscribe.
             * @typedef {longhaul.v1.Subscribe.$Properties} longhaul.v1.Subscribe.$Shape
             */

            /**
             * Constructs a new Subscribe.
             * @memberof longhaul.v1
             * @classdesc Represents a Subscribe.
             * @constructor
             * @param {longhaul.v1.Subscribe.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Subscribe = function (properties) {
                this.tracks = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Subscribe subscriptionId.
             * @member {number} subscriptionId
             * @memberof longhaul.v1.Subscribe
             * @instance
             */
            Subscribe.prototype.subscriptionId = 0;

            /**
             * Subscribe path.
             * @member {string} path
             * @memberof longhaul.v1.Subscribe
             * @instance
             */
            Subscribe.prototype.path = "";

            /**
             * Subscribe tracks.
             * @member {Array.<longhaul.v1.TrackSelector.$Properties>} tracks
             * @memberof longhaul.v1.Subscribe
             * @instance
             */
            Subscribe.prototype.tracks = $util.emptyArray;

            /**
             * Subscribe start.
             * @member {number} start
             * @memberof longhaul.v1.Subscribe
             * @instance
             */
            Subscribe.prototype.start = 0;

            /**
             * Subscribe latencyBudgetMs.
             * @member {number} latencyBudgetMs
             * @memberof longhaul.v1.Subscribe
             * @instance
             */
            Subscribe.prototype.latencyBudgetMs = 0;

            /**
             * Subscribe resume.
             * @member {longhaul.v1.Resume.$Properties|null|undefined} resume
             * @memberof longhaul.v1.Subscribe
             * @instance
             */
            Subscribe.prototype.resume = null;

            /**
             * Encodes the specified Subscribe message. Does not implicitly {@link longhaul.v1.Subscribe.verify|verify} messages.
             * @function encode
             * @memberof longhaul.v1.Subscribe
             * @static
             * @param {longhaul.v1.Subscribe.$Properties} message Subscribe message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Subscribe.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.subscriptionId != null && $Object.hasOwnProperty.call(message, "subscriptionId") && message.subscriptionId !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.subscriptionId);
                if (message.path != null && $Object.hasOwnProperty.call(message, "path") && message.path !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.path);
                if (message.tracks != null && message.tracks.length)
                    for (let i = 0; i < message.tracks.length; ++i)
                        $root.longhaul.v1.TrackSelector.encode(message.tracks[i], writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.start != null && $Object.hasOwnProperty.call(message, "start") && message.start !== 0)
                    writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.start);
                if (message.latencyBudgetMs != null && $Object.hasOwnProperty.call(message, "latencyBudgetMs") && message.latencyBudgetMs !== 0)
                    writer.uint32(/* id 5, wireType 0 =*/40).uint32(message.latencyBudgetMs);
                if (message.resume != null && $Object.hasOwnProperty.call(message, "resume"))
                    $root.longhaul.v1.Resume.encode(message.resume, writer.uint32(/* id 6, wireType 2 =*/50).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Subscribe message from the specified reader or buffer.
             * @function decode
             * @memberof longhaul.v1.Subscribe
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {longhaul.v1.Subscribe & longhaul.v1.Subscribe.$Shape} Subscribe
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Subscribe.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.longhaul.v1.Subscribe();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.subscriptionId = value;
                            else
                                delete message.subscriptionId;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.path = value;
                            else
                                delete message.path;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if (!(message.tracks && message.tracks.length))
                                message.tracks = [];
                            message.tracks.push($root.longhaul.v1.TrackSelector.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.start = value;
                            else
                                delete message.start;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.latencyBudgetMs = value;
                            else
                                delete message.latencyBudgetMs;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            message.resume = $root.longhaul.v1.Resume.decode(reader, reader.size(), $undefined, _depth + 1, message.resume);
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Subscribe;
        })();

        v1.SubscribeOk = (function() {

            /**
             * Properties of a SubscribeOk.
             * @typedef {Object} longhaul.v1.SubscribeOk.$Properties
             * @property {number|null} [epoch] SubscribeOk epoch
             * @property {number|null} [firstOrdinal] SubscribeOk firstOrdinal
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a SubscribeOk.
             * @memberof longhaul.v1
             * @interface ISubscribeOk
             * @augments longhaul.v1.SubscribeOk.$Properties
             * @deprecated Use longhaul.v1.SubscribeOk.$Properties instead.
             */

            /**
             * Shape of a SubscribeOk.
             * @typedef {longhaul.v1.SubscribeOk.$Properties} longhaul.v1.SubscribeOk.$Shape
             */

            /**
             * Constructs a new SubscribeOk.
             * @memberof longhaul.v1
             * @classdesc Represents a SubscribeOk.
             * @constructor
             * @param {longhaul.v1.SubscribeOk.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const SubscribeOk = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * SubscribeOk epoch.
             * @member {number} epoch
             * @memberof longhaul.v1.SubscribeOk
             * @instance
             */
            SubscribeOk.prototype.epoch = 0;

            /**
             * SubscribeOk firstOrdinal.
             * @member {number} firstOrdinal
             * @memberof longhaul.v1.SubscribeOk
             * @instance
             */
            SubscribeOk.prototype.firstOrdinal = 0;

            /**
             * Encodes the specified SubscribeOk message. Does not implicitly {@link longhaul.v1.SubscribeOk.verify|verify} messages.
             * @function encode
             * @memberof longhaul.v1.SubscribeOk
             * @static
             * @param {longhaul.v1.SubscribeOk.$Properties} message SubscribeOk message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            SubscribeOk.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch") && message.epoch !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.epoch);
                if (message.firstOrdinal != null && $Object.hasOwnProperty.call(message, "firstOrdinal") && message.firstOrdinal !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.firstOrdinal);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a SubscribeOk message from the specified reader or buffer.
             * @function decode
             * @memberof longhaul.v1.SubscribeOk
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {longhaul.v1.SubscribeOk & longhaul.v1.SubscribeOk.$Shape} SubscribeOk
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            SubscribeOk.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.longhaul.v1.SubscribeOk();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.epoch = value;
                            else
                                delete message.epoch;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.firstOrdinal = value;
                            else
                                delete message.firstOrdinal;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return SubscribeOk;
        })();

        v1.SubscribeUpdate = (function() {

            /**
             * Properties of a SubscribeUpdate.
             * @typedef {Object} longhaul.v1.SubscribeUpdate.$Properties
             * @property {number|null} [latencyBudgetMs] SubscribeUpdate latencyBudgetMs
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a SubscribeUpdate.
             * @memberof longhaul.v1
             * @interface ISubscribeUpdate
             * @augments longhaul.v1.SubscribeUpdate.$Properties
             * @deprecated Use longhaul.v1.SubscribeUpdate.$Properties instead.
             */

            /**
             * Shape of a SubscribeUpdate.
             * @typedef {longhaul.v1.SubscribeUpdate.$Properties} longhaul.v1.SubscribeUpdate.$Shape
             */

            /**
             * Constructs a new SubscribeUpdate.
             * @memberof longhaul.v1
             * @classdesc Represents a SubscribeUpdate.
             * @constructor
             * @param {longhaul.v1.SubscribeUpdate.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const SubscribeUpdate = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * SubscribeUpdate latencyBudgetMs.
             * @member {number} latencyBudgetMs
             * @memberof longhaul.v1.SubscribeUpdate
             * @instance
             */
            SubscribeUpdate.prototype.latencyBudgetMs = 0;

            /**
             * Encodes the specified SubscribeUpdate message. Does not implicitly {@link longhaul.v1.SubscribeUpdate.verify|verify} messages.
             * @function encode
             * @memberof longhaul.v1.SubscribeUpdate
             * @static
             * @param {longhaul.v1.SubscribeUpdate.$Properties} message SubscribeUpdate message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            SubscribeUpdate.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.latencyBudgetMs != null && $Object.hasOwnProperty.call(message, "latencyBudgetMs") && message.latencyBudgetMs !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.latencyBudgetMs);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a SubscribeUpdate message from the specified reader or buffer.
             * @function decode
             * @memberof longhaul.v1.SubscribeUpdate
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {longhaul.v1.SubscribeUpdate & longhaul.v1.SubscribeUpdate.$Shape} SubscribeUpdate
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            SubscribeUpdate.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.longhaul.v1.SubscribeUpdate();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.latencyBudgetMs = value;
                            else
                                delete message.latencyBudgetMs;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return SubscribeUpdate;
        })();

        v1.SubscribeEnd = (function() {

            /**
             * Properties of a SubscribeEnd.
             * @typedef {Object} longhaul.v1.SubscribeEnd.$Properties
             * @property {number|null} [reason] SubscribeEnd reason
             * @property {number|null} [streams] SubscribeEnd streams
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a SubscribeEnd.
             * @memberof longhaul.v1
             * @interface ISubscribeEnd
             * @augments longhaul.v1.SubscribeEnd.$Properties
             * @deprecated Use longhaul.v1.SubscribeEnd.$Properties instead.
             */

            /**
             * Shape of a SubscribeEnd.
             * @typedef {longhaul.v1.SubscribeEnd.$Properties} longhaul.v1.SubscribeEnd.$Shape
             */

            /**
             * Constructs a new SubscribeEnd.
             * @memberof longhaul.v1
             * @classdesc Represents a SubscribeEnd.
             * @constructor
             * @param {longhaul.v1.SubscribeEnd.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const SubscribeEnd = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * SubscribeEnd reason.
             * @member {number} reason
             * @memberof longhaul.v1.SubscribeEnd
             * @instance
             */
            SubscribeEnd.prototype.reason = 0;

            /**
             * SubscribeEnd streams.
             * @member {number} streams
             * @memberof longhaul.v1.SubscribeEnd
             * @instance
             */
            SubscribeEnd.prototype.streams = 0;

            /**
             * Encodes the specified SubscribeEnd message. Does not implicitly {@link longhaul.v1.SubscribeEnd.verify|verify} messages.
             * @function encode
             * @memberof longhaul.v1.SubscribeEnd
             * @static
             * @param {longhaul.v1.SubscribeEnd.$Properties} message SubscribeEnd message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            SubscribeEnd.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.reason);
                if (message.streams != null && $Object.hasOwnProperty.call(message, "streams") && message.streams !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.streams);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a SubscribeEnd message from the specified reader or buffer.
             * @function decode
             * @memberof longhaul.v1.SubscribeEnd
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {longhaul.v1.SubscribeEnd & longhaul.v1.SubscribeEnd.$Shape} SubscribeEnd
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            SubscribeEnd.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.longhaul.v1.SubscribeEnd();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.reason = value;
                            else
                                delete message.reason;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.streams = value;
                            else
                                delete message.streams;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return SubscribeEnd;
        })();

        v1.Probe = (function() {

            /**
             * Properties of a Probe.
             * @typedef {Object} longhaul.v1.Probe.$Properties
             * @property {number|null} [sequence] Probe sequence
             * @property {number|null} [timeMs] Probe timeMs
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Probe.
             * @memberof longhaul.v1
             * @interface IProbe
             * @augments longhaul.v1.Probe.$Properties
             * @deprecated Use longhaul.v1.Probe.$Properties instead.
             */

            /**
             * Shape of a Probe.
             * @typedef {longhaul.v1.Probe.$Properties} longhaul.v1.Probe.$Shape
             */

            /**
             * Constructs a new Probe.
             * @memberof longhaul.v1
             * @classdesc Represents a Probe.
             * @constructor
             * @param {longhaul.v1.Probe.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Probe = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Probe sequence.
             * @member {number} sequence
             * @memberof longhaul.v1.Probe
             * @instance
             */
            Probe.prototype.sequence = 0;

            /**
             * Probe timeMs.
             * @member {number} timeMs
             * @memberof longhaul.v1.Probe
             * @instance
             */
            Probe.prototype.timeMs = 0;

            /**
             * Encodes the specified Probe message. Does not implicitly {@link longhaul.v1.Probe.verify|verify} messages.
             * @function encode
             * @memberof longhaul.v1.Probe
             * @static
             * @param {longhaul.v1.Probe.$Properties} message Probe message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Probe.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.sequence != null && $Object.hasOwnProperty.call(message, "sequence") && message.sequence !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.sequence);
                if (message.timeMs != null && $Object.hasOwnProperty.call(message, "timeMs") && message.timeMs !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.timeMs);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Probe message from the specified reader or buffer.
             * @function decode
             * @memberof longhaul.v1.Probe
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {longhaul.v1.Probe & longhaul.v1.Probe.$Shape} Probe
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Probe.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.longhaul.v1.Probe();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.sequence = value;
                            else
                                delete message.sequence;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.timeMs = value;
                            else
                                delete message.timeMs;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Probe;
        })();

        v1.ProbeReply = (function() {

            /**
             * Properties of a ProbeReply.
             * @typedef {Object} longhaul.v1.ProbeReply.$Properties
             * @property {number|null} [sequence] ProbeReply sequence
             * @property {number|null} [timeMs] ProbeReply timeMs
             * @property {number|null} [peerTimeMs] ProbeReply peerTimeMs
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a ProbeReply.
             * @memberof longhaul.v1
             * @interface IProbeReply
             * @augments longhaul.v1.ProbeReply.$Properties
             * @deprecated Use longhaul.v1.ProbeReply.$Properties instead.
             */

            /**
             * Shape of a ProbeReply.
             * @typedef {longhaul.v1.ProbeReply.$Properties} longhaul.v1.ProbeReply.$Shape
             */

            /**
             * Constructs a new ProbeReply.
             * @memberof longhaul.v1
             * @classdesc Represents a ProbeReply.
             * @constructor
             * @param {longhaul.v1.ProbeReply.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const ProbeReply = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * ProbeReply sequence.
             * @member {number} sequence
             * @memberof longhaul.v1.ProbeReply
             * @instance
             */
            ProbeReply.prototype.sequence = 0;

            /**
             * ProbeReply timeMs.
             * @member {number} timeMs
             * @memberof longhaul.v1.ProbeReply
             * @instance
             */
            ProbeReply.prototype.timeMs = 0;

            /**
             * ProbeReply peerTimeMs.
             * @member {number} peerTimeMs
             * @memberof longhaul.v1.ProbeReply
             * @instance
             */
            ProbeReply.prototype.peerTimeMs = 0;

            /**
             * Encodes the specified ProbeReply message. Does not implicitly {@link longhaul.v1.ProbeReply.verify|verify} messages.
             * @function encode
             * @memberof longhaul.v1.ProbeReply
             * @static
             * @param {longhaul.v1.ProbeReply.$Properties} message ProbeReply message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            ProbeReply.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.sequence != null && $Object.hasOwnProperty.call(message, "sequence") && message.sequence !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.sequence);
                if (message.timeMs != null && $Object.hasOwnProperty.call(message, "timeMs") && message.timeMs !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.timeMs);
                if (message.peerTimeMs != null && $Object.hasOwnProperty.call(message, "peerTimeMs") && message.peerTimeMs !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.peerTimeMs);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a ProbeReply message from the specified reader or buffer.
             * @function decode
             * @memberof longhaul.v1.ProbeReply
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {longhaul.v1.ProbeReply & longhaul.v1.ProbeReply.$Shape} ProbeReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            ProbeReply.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.longhaul.v1.ProbeReply();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.sequence = value;
                            else
                                delete message.sequence;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.timeMs = value;
                            else
                                delete message.timeMs;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.peerTimeMs = value;
                            else
                                delete message.peerTimeMs;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return ProbeReply;
        })();

        v1.RequestError = (function() {

            /**
             * Properties of a RequestError.
             * @typedef {Object} longhaul.v1.RequestError.$Properties
             * @property {number|null} [code] RequestError code
             * @property {string|null} [reason] RequestError reason
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a RequestError.
             * @memberof longhaul.v1
             * @interface IRequestError
             * @augments longhaul.v1.RequestError.$Properties
             * @deprecated Use longhaul.v1.RequestError.$Properties instead.
             */

            /**
             * Shape of a RequestError.
             * @typedef {longhaul.v1.RequestError.$Properties} longhaul.v1.RequestError.$Shape
             */

            /**
             * Constructs a new RequestError.
             * @memberof longhaul.v1
             * @classdesc Represents a RequestError.
             * @constructor
             * @param {longhaul.v1.RequestError.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const RequestError = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * RequestError code.
             * @member {number} code
             * @memberof longhaul.v1.RequestError
             * @instance
             */
            RequestError.prototype.code = 0;

            /**
             * RequestError reason.
             * @member {string} reason
             * @memberof longhaul.v1.RequestError
             * @instance
             */
            RequestError.prototype.reason = "";

            /**
             * Encodes the specified RequestError message. Does not implicitly {@link longhaul.v1.RequestError.verify|verify} messages.
             * @function encode
             * @memberof longhaul.v1.RequestError
             * @static
             * @param {longhaul.v1.RequestError.$Properties} message RequestError message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            RequestError.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.code != null && $Object.hasOwnProperty.call(message, "code") && message.code !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.code);
                if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.reason);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a RequestError message from the specified reader or buffer.
             * @function decode
             * @memberof longhaul.v1.RequestError
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {longhaul.v1.RequestError & longhaul.v1.RequestError.$Shape} RequestError
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            RequestError.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.longhaul.v1.RequestError();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.code = value;
                            else
                                delete message.code;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.reason = value;
                            else
                                delete message.reason;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return RequestError;
        })();

        return v1;
    })();

    return longhaul;
})();

export {
  $root as default
};
