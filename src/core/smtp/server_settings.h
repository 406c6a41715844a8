// What a listener lets its clients do, and how much. Every limit protects memory or time that other
// clients need; the defaults are generous to mail and hard on floods.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "core/smtp/data_reader.h"

namespace postern::smtp {

struct ServerLimits {
  std::size_t command_line = 2048;  // RFC 5321 4.5.3.1.4 says 512; extensions add to it
  std::size_t auth_line = 12288;    // RFC 4954 4
  // RFC 5321 4.5.3.1.6 says 1000. Real mail has longer lines, and refusing it would lose mail that
  // every other server takes; beyond 64 KiB there is no text, only an attempt on somebody's buffer.
  std::size_t text_line = 64 << 10;
  std::uint64_t header = 1 << 20;
  std::uint64_t message = 64 << 20;  // announced by SIZE
  std::size_t recipients = 1000;     // ten times what RFC 5321 4.5.3.1.8 asks for
  std::size_t accounts = 16;         // organisations that one message may go to
  int protocol_errors = 20;          // commands that are wrong in themselves
  int refused_recipients = 200;      // a directory is not to be harvested
  int login_failures = 3;
  int commands_without_message = 1000;
  int messages = 100'000;  // in one session
  int hops = 50;           // Received fields; more are a loop (RFC 5321 6.3)
  std::chrono::milliseconds idle = std::chrono::minutes(5);  // RFC 5321 4.5.3.2.7
};

enum class TlsOffer { none, starttls };
enum class AuthOffer { none, under_tls };

struct ServerSettings {
  std::string host;  // our name in greetings and Received
  ServerLimits limits;
  DataReader::LineEnds line_ends = DataReader::LineEnds::strict;
  TlsOffer tls = TlsOffer::starttls;
  AuthOffer auth = AuthOffer::none;
};

}  // namespace postern::smtp
