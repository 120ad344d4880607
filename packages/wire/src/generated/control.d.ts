import * as $protobuf from "protobufjs";
import Long = require("long");

/** Namespace longhaul. */
export namespace longhaul {

    /** Namespace v1. */
    namespace v1 {

        /**
         * Properties of a TrackSelector.
         * @deprecated Use longhaul.v1.TrackSelector.$Properties instead.
         */
        interface ITrackSelector extends longhaul.v1.TrackSelector.$Properties {
        }

        /** Represents a TrackSelector. */
        class TrackSelector {

            /**
             * Constructs a new TrackSelector.
             * @param [properties] Properties to set
             */
            constructor(properties?: longhaul.v1.TrackSelector.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** TrackSelector media. */
            media: number;

            /** TrackSelector index. */
            index: number;

            /**
             * Encodes the specified TrackSelector message. Does not implicitly {@link longhaul.v1.TrackSelector.verify|verify} messages.
             * @param message TrackSelector message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: longhaul.v1.TrackSelector.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a TrackSelector message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {longhaul.v1.TrackSelector & longhaul.v1.TrackSelector.$Shape} TrackSelector
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): longhaul.v1.TrackSelector & longhaul.v1.TrackSelector.$Shape;
        }

        namespace TrackSelector {

            /** Properties of a TrackSelector. */
            interface $Properties {

                /** TrackSelector media */
                media?: (number|null);

                /** TrackSelector index */
                index?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a TrackSelector. */
            type $Shape = longhaul.v1.TrackSelector.$Properties;
        }

        /**
         * Properties of a Resume.
         * @deprecated Use longhaul.v1.Resume.$Properties instead.
         */
        interface IResume extends longhaul.v1.Resume.$Properties {
        }

        /** Represents a Resume. */
        class Resume {

            /**
             * Constructs a new Resume.
             * @param [properties] Properties to set
             */
            constructor(properties?: longhaul.v1.Resume.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Resume epoch. */
            epoch: number;

            /** Resume ordinal. */
            ordinal: number;

            /**
             * Encodes the specified Resume message. Does not implicitly {@link longhaul.v1.Resume.verify|verify} messages.
             * @param message Resume message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: longhaul.v1.Resume.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Resume message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {longhaul.v1.Resume & longhaul.v1.Resume.$Shape} Resume
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): longhaul.v1.Resume & longhaul.v1.Resume.$Shape;
        }

        namespace Resume {

            /** Properties of a Resume. */
            interface $Properties {

                /** Resume epoch */
                epoch?: (number|null);

                /** Resume ordinal */
                ordinal?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Resume. */
            type $Shape = longhaul.v1.Resume.$Properties;
        }

        /**
         * Properties of a Hello.
         * @deprecated Use longhaul.v1.Hello.$Properties instead.
         */
        interface IHello extends longhaul.v1.Hello.$Properties {
        }

        /** Represents a Hello. */
        class Hello {

            /**
             * Constructs a new Hello.
             * @param [properties] Properties to set
             */
            constructor(properties?: longhaul.v1.Hello.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Hello versions. */
            versions: number[];

            /** Hello relayId. */
            relayId: string;

            /** Hello software. */
            software: string;

            /** Hello region. */
            region: string;

            /**
             * Encodes the specified Hello message. Does not implicitly {@link longhaul.v1.Hello.verify|verify} messages.
             * @param message Hello message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: longhaul.v1.Hello.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Hello message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {longhaul.v1.Hello & longhaul.v1.Hello.$Shape} Hello
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): longhaul.v1.Hello & longhaul.v1.Hello.$Shape;
        }

        namespace Hello {

            /** Properties of a Hello. */
            interface $Properties {

                /** Hello versions */
                versions?: (number[]|null);

                /** Hello relayId */
                relayId?: (string|null);

                /** Hello software */
                software?: (string|null);

                /** Hello region */
                region?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Hello. */
            type $Shape = longhaul.v1.Hello.$Properties;
        }

        /**
         * Properties of a Goaway.
         * @deprecated Use longhaul.v1.Goaway.$Properties instead.
         */
        interface IGoaway extends longhaul.v1.Goaway.$Properties {
        }

        /** Represents a Goaway. */
        class Goaway {

            /**
             * Constructs a new Goaway.
             * @param [properties] Properties to set
             */
            constructor(properties?: longhaul.v1.Goaway.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Goaway reason. */
            reason: number;

            /** Goaway drainMs. */
            drainMs: number;

            /** Goaway text. */
            text: string;

            /**
             * Encodes the specified Goaway message. Does not implicitly {@link longhaul.v1.Goaway.verify|verify} messages.
             * @param message Goaway message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: longhaul.v1.Goaway.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Goaway message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {longhaul.v1.Goaway & longhaul.v1.Goaway.$Shape} Goaway
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): longhaul.v1.Goaway & longhaul.v1.Goaway.$Shape;
        }

        namespace Goaway {

            /** Properties of a Goaway. */
            interface $Properties {

                /** Goaway reason */
                reason?: (number|null);

                /** Goaway drainMs */
                drainMs?: (number|null);

                /** Goaway text */
                text?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Goaway. */
            type $Shape = longhaul.v1.Goaway.$Properties;
        }

        /**
         * Properties of an Announce.
         * @deprecated Use longhaul.v1.Announce.$Properties instead.
         */
        interface IAnnounce extends longhaul.v1.Announce.$Properties {
        }

        /** Represents an Announce. */
        class Announce {

            /**
             * Constructs a new Announce.
             * @param [properties] Properties to set
             */
            constructor(properties?: longhaul.v1.Announce.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Announce path. */
            path: string;

            /** Announce epoch. */
            epoch: number;

            /** Announce hops. */
            hops: string[];

            /**
             * Encodes the specified Announce message. Does not implicitly {@link longhaul.v1.Announce.verify|verify} messages.
             * @param message Announce message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: longhaul.v1.Announce.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Announce message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {longhaul.v1.Announce & longhaul.v1.Announce.$Shape} Announce
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): longhaul.v1.Announce & longhaul.v1.Announce.$Shape;
        }

        namespace Announce {

            /** Properties of an Announce. */
            interface $Properties {

                /** Announce path */
                path?: (string|null);

                /** Announce epoch */
                epoch?: (number|null);

                /** Announce hops */
                hops?: (string[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Announce. */
            type $Shape = longhaul.v1.Announce.$Properties;
        }

        /**
         * Properties of an AnnounceOk.
         * @deprecated Use longhaul.v1.AnnounceOk.$Properties instead.
         */
        interface IAnnounceOk extends longhaul.v1.AnnounceOk.$Properties {
        }

        /** Represents an AnnounceOk. */
        class AnnounceOk {

            /**
             * Constructs a new AnnounceOk.
             * @param [properties] Properties to set
             */
            constructor(properties?: longhaul.v1.AnnounceOk.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /**
             * Encodes the specified AnnounceOk message. Does not implicitly {@link longhaul.v1.AnnounceOk.verify|verify} messages.
             * @param message AnnounceOk message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: longhaul.v1.AnnounceOk.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an AnnounceOk message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {longhaul.v1.AnnounceOk & longhaul.v1.AnnounceOk.$Shape} AnnounceOk
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): longhaul.v1.AnnounceOk & longhaul.v1.AnnounceOk.$Shape;
        }

        namespace AnnounceOk {

            /** Properties of an AnnounceOk. */
            interface $Properties {

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an AnnounceOk. */
            type $Shape = longhaul.v1.AnnounceOk.$Properties;
        }

        /**
         * Properties of a Subscribe.
         * @deprecated Use longhaul.v1.Subscribe.$Properties instead.
         */
        interface ISubscribe extends longhaul.v1.Subscribe.$Properties {
        }

        /** Represents a Subscribe. */
        class Subscribe {

            /**
             * Constructs a new Subscribe.
             * @param [properties] Properties to set
             */
            constructor(properties?: longhaul.v1.Subscribe.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Subscribe subscriptionId. */
            subscriptionId: number;

            /** Subscribe path. */
            path: string;

            /** Subscribe tracks. */
            tracks: longhaul.v1.TrackSelector.$Properties[];

            /** Subscribe start. */
            start: number;

            /** Subscribe latencyBudgetMs. */
            latencyBudgetMs: number;

            /** Subscribe resume. */
            resume?: (longhaul.v1.Resume.$Properties|null);

            /**
             * Encodes the specified Subscribe message. Does not implicitly {@link longhaul.v1.Subscribe.verify|verify} messages.
             * @param message Subscribe message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: longhaul.v1.Subscribe.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Subscribe message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {longhaul.v1.Subscribe & longhaul.v1.Subscribe.$Shape} Subscribe
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): longhaul.v1.Subscribe & longhaul.v1.Subscribe.$Shape;
        }

        namespace Subscribe {

            /** Properties of a Subscribe. */
            interface $Properties {

                /** Subscribe subscriptionId */
                subscriptionId?: (number|null);

                /** Subscribe path */
                path?: (string|null);

                /** Subscribe tracks */
                tracks?: (longhaul.v1.TrackSelector.$Properties[]|null);

                /** Subscribe start */
                start?: (number|null);

                /** Subscribe latencyBudgetMs */
                latencyBudgetMs?: (number|null);

                /** Subscribe resume */
                resume?: (longhaul.v1.Resume.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Subscribe. */
            type $Shape = longhaul.v1.Subscribe.$Properties;
        }

        /**
         * Properties of a SubscribeOk.
         * @deprecated Use longhaul.v1.SubscribeOk.$Properties instead.
         */
        interface ISubscribeOk extends longhaul.v1.SubscribeOk.$Properties {
        }

        /** Represents a SubscribeOk. */
        class SubscribeOk {

            /**
             * Constructs a new SubscribeOk.
             * @param [properties] Properties to set
             */
            constructor(properties?: longhaul.v1.SubscribeOk.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SubscribeOk epoch. */
            epoch: number;

            /** SubscribeOk firstOrdinal. */
            firstOrdinal: number;

            /**
             * Encodes the specified SubscribeOk message. Does not implicitly {@link longhaul.v1.SubscribeOk.verify|verify} messages.
             * @param message SubscribeOk message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: longhaul.v1.SubscribeOk.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SubscribeOk message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {longhaul.v1.SubscribeOk & longhaul.v1.SubscribeOk.$Shape} SubscribeOk
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): longhaul.v1.SubscribeOk & longhaul.v1.SubscribeOk.$Shape;
        }

        namespace SubscribeOk {

            /** Properties of a SubscribeOk. */
            interface $Properties {

                /** SubscribeOk epoch */
                epoch?: (number|null);

                /** SubscribeOk firstOrdinal */
                firstOrdinal?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SubscribeOk. */
            type $Shape = longhaul.v1.SubscribeOk.$Properties;
        }

        /**
         * Properties of a SubscribeUpdate.
         * @deprecated Use longhaul.v1.SubscribeUpdate.$Properties instead.
         */
        interface ISubscribeUpdate extends longhaul.v1.SubscribeUpdate.$Properties {
        }

        /** Represents a SubscribeUpdate. */
        class SubscribeUpdate {

            /**
             * Constructs a new SubscribeUpdate.
             * @param [properties] Properties to set
             */
            constructor(properties?: longhaul.v1.SubscribeUpdate.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SubscribeUpdate latencyBudgetMs. */
            latencyBudgetMs: number;

            /**
             * Encodes the specified SubscribeUpdate message. Does not implicitly {@link longhaul.v1.SubscribeUpdate.verify|verify} messages.
             * @param message SubscribeUpdate message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: longhaul.v1.SubscribeUpdate.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SubscribeUpdate message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {longhaul.v1.SubscribeUpdate & longhaul.v1.SubscribeUpdate.$Shape} SubscribeUpdate
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): longhaul.v1.SubscribeUpdate & longhaul.v1.SubscribeUpdate.$Shape;
        }

        namespace SubscribeUpdate {

            /** Properties of a SubscribeUpdate. */
            interface $Properties {

                /** SubscribeUpdate latencyBudgetMs */
                latencyBudgetMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SubscribeUpdate. */
            type $Shape = longhaul.v1.SubscribeUpdate.$Properties;
        }

        /**
         * Properties of a SubscribeEnd.
         * @deprecated Use longhaul.v1.SubscribeEnd.$Properties instead.
         */
        interface ISubscribeEnd extends longhaul.v1.SubscribeEnd.$Properties {
        }

        /** Represents a SubscribeEnd. */
        class SubscribeEnd {

            /**
             * Constructs a new SubscribeEnd.
             * @param [properties] Properties to set
             */
            constructor(properties?: longhaul.v1.SubscribeEnd.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SubscribeEnd reason. */
            reason: number;

            /** SubscribeEnd streams. */
            streams: number;

            /**
             * Encodes the specified SubscribeEnd message. Does not implicitly {@link longhaul.v1.SubscribeEnd.verify|verify} messages.
             * @param message SubscribeEnd message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: longhaul.v1.SubscribeEnd.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SubscribeEnd message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {longhaul.v1.SubscribeEnd & longhaul.v1.SubscribeEnd.$Shape} SubscribeEnd
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): longhaul.v1.SubscribeEnd & longhaul.v1.SubscribeEnd.$Shape;
        }

        namespace SubscribeEnd {

            /** Properties of a SubscribeEnd. */
            interface $Properties {

                /** SubscribeEnd reason */
                reason?: (number|null);

                /** SubscribeEnd streams */
                streams?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SubscribeEnd. */
            type $Shape = longhaul.v1.SubscribeEnd.$Properties;
        }

        /**
         * Properties of a Probe.
         * @deprecated Use longhaul.v1.Probe.$Properties instead.
         */
        interface IProbe extends longhaul.v1.Probe.$Properties {
        }

        /** Represents a Probe. */
        class Probe {

            /**
             * Constructs a new Probe.
             * @param [properties] Properties to set
             */
            constructor(properties?: longhaul.v1.Probe.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Probe sequence. */
            sequence: number;

            /** Probe timeMs. */
            timeMs: number;

            /**
             * Encodes the specified Probe message. Does not implicitly {@link longhaul.v1.Probe.verify|verify} messages.
             * @param message Probe message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: longhaul.v1.Probe.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Probe message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {longhaul.v1.Probe & longhaul.v1.Probe.$Shape} Probe
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): longhaul.v1.Probe & longhaul.v1.Probe.$Shape;
        }

        namespace Probe {

            /** Properties of a Probe. */
            interface $Properties {

                /** Probe sequence */
                sequence?: (number|null);

                /** Probe timeMs */
                timeMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Probe. */
            type $Shape = longhaul.v1.Probe.$Properties;
        }

        /**
         * Properties of a ProbeReply.
         * @deprecated Use longhaul.v1.ProbeReply.$Properties instead.
         */
        interface IProbeReply extends longhaul.v1.ProbeReply.$Properties {
        }

        /** Represents a ProbeReply. */
        class ProbeReply {

            /**
             * Constructs a new ProbeReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: longhaul.v1.ProbeReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ProbeReply sequence. */
            sequence: number;

            /** ProbeReply timeMs. */
            timeMs: number;

            /** ProbeReply peerTimeMs. */
            peerTimeMs: number;

            /**
             * Encodes the specified ProbeReply message. Does not implicitly {@link longhaul.v1.ProbeReply.verify|verify} messages.
             * @param message ProbeReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: longhaul.v1.ProbeReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ProbeReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {longhaul.v1.ProbeReply & longhaul.v1.ProbeReply.$Shape} ProbeReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): longhaul.v1.ProbeReply & longhaul.v1.ProbeReply.$Shape;
        }

        namespace ProbeReply {

            /** Properties of a ProbeReply. */
            interface $Properties {

                /** ProbeReply sequence */
                sequence?: (number|null);

                /** ProbeReply timeMs */
                timeMs?: (number|null);

                /** ProbeReply peerTimeMs */
                peerTimeMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ProbeReply. */
            type $Shape = longhaul.v1.ProbeReply.$Properties;
        }

        /**
         * Properties of a RequestError.
         * @deprecated Use longhaul.v1.RequestError.$Properties instead.
         */
        interface IRequestError extends longhaul.v1.RequestError.$Properties {
        }

        /** Represents a RequestError. */
        class RequestError {

            /**
             * Constructs a new RequestError.
             * @param [properties] Properties to set
             */
            constructor(properties?: longhaul.v1.RequestError.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** RequestError code. */
            code: number;

            /** RequestError reason. */
            reason: string;

            /**
             * Encodes the specified RequestError message. Does not implicitly {@link longhaul.v1.RequestError.verify|verify} messages.
             * @param message RequestError message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: longhaul.v1.RequestError.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a RequestError message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {longhaul.v1.RequestError & longhaul.v1.RequestError.$Shape} RequestError
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): longhaul.v1.RequestError & longhaul.v1.RequestError.$Shape;
        }

        namespace RequestError {

            /** Properties of a RequestError. */
            interface $Properties {

                /** RequestError code */
                code?: (number|null);

                /** RequestError reason */
                reason?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a RequestError. */
            type $Shape = longhaul.v1.RequestError.$Properties;
        }
    }
}
