// How a dialogue and its loop talk. A dialogue is a state machine that does no I/O: events go in, a
// Step comes out. What it wants to say lies in output(); the loop writes that before it carries out
// the step, but for a step whose answer says more (`replies_together`): then both leave in one
// write. run_dialogue (io/net/run_dialogue.h) is the only loop that turns steps into I/O; what is
// not plain input and output (TLS, bodies, the spool) it hands to an actor of the service floor.
//
//   events in:   on_input(bytes), on_closed(), on_timeout(), and one on_...() for each Step that
//   asks steps out:   step() says what is wanted now; it does not change until an event comes in
//
// A state is an enumerator, one method, a timeout and a phrase ("asking for STARTTLS"); the phrase
// is what logs, bounces and pages say when the dialogue ends there.
#pragma once

#include <chrono>
#include <string_view>

namespace postern::smtp {

// Wait for bytes from the peer, at most this long (RFC 5321 4.5.3.2).
struct AwaitInput {
  std::chrono::milliseconds timeout{};
};
// Change to TLS now, with output() flushed before; nothing read before may survive. Answer:
// on_tls().
struct StartTls {};
// Client: write the message body in this framing. Answer: on_body_sent() or on_closed()...
enum class Framing { dotted, chunk };  // DATA with dot stuffing and CRLF.CRLF; one BDAT ... LAST
enum class Conversion { none, seven_bit };  // RFC 6152 3: for a peer without 8BITMIME
struct SendBody {
  Framing framing = Framing::dotted;
  Conversion conversion = Conversion::none;
};
// Client: the peer lacks an extension that the message asks for. Look whether the body really needs
// it, and could do without. Answer: on_inspected().
struct InspectBody {};
// Client: nothing to do until the owner gives more; the loop returns and the connection stays open.
struct Idle {};
// The dialogue is over; output() is still written, then the connection ends in order (or at once).
enum class Ending { orderly, abrupt };
struct Finished {
  Ending ending = Ending::orderly;
};

}  // namespace postern::smtp
