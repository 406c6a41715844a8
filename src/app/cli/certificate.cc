// postern certificate: the running gateway's own certificates, which it gets and renews by itself
// where [acme] says so.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <ostream>

#include "app/cli/control_client.h"
#include "app/cli/records_groups.h"

namespace postern::cli {

namespace {

namespace json = boost::json;

struct CertificateOptions {
  std::string name;
  bool give_up = false;
};

std::string text_at(const json::object& object, std::string_view name) {
  const json::value* found = object.if_contains(name);
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
}

std::string joined(const json::object& object, std::string_view name) {
  std::string out;
  const json::value* list = object.if_contains(name);
  if (list == nullptr || !list->is_array()) return out;
  for (const json::value& one : list->get_array()) {
    if (!one.is_string()) continue;
    out += (out.empty() ? "" : ", ") + std::string(one.get_string());
  }
  return out;
}

void print_leaf(std::ostream& out, const json::value& value) {
  const json::object& leaf = value.get_object();
  out << fmt::format("  {}\n    issued by  {}\n    expires    {}\n    TLSA       {}\n",
                     joined(leaf, "names"),
                     leaf.at("self_signed").as_bool() ? "itself" : text_at(leaf, "issuer"),
                     text_at(leaf, "expires"), text_at(leaf, "tlsa"));
}

void print_kept(std::ostream& out, const json::object& kept) {
  const json::value* leaf = kept.if_contains("certificate");
  const bool there = leaf != nullptr && leaf->is_object();
  out << fmt::format("  {}: ", joined(kept, "names"));
  if (!there) {
    out << "none yet\n";
  } else if (leaf->get_object().at("self_signed").as_bool()) {
    out << "vouches for itself until the authority has given one\n";
  } else {
    out << fmt::format("expires {}, renewed from {} on\n", text_at(leaf->get_object(), "expires"),
                       text_at(kept, "renewal"));
  }
  if (const auto failures = kept.at("failures").to_number<std::int64_t>(); failures > 0) {
    out << fmt::format("    failed {} times; next attempt {}\n    {}\n", failures,
                       text_at(kept, "next"), text_at(kept, "why"));
  }
  if (const json::value* waiting = kept.if_contains("waiting")) {
    out << "    a newer one waits, which expires " << text_at(waiting->get_object(), "expires")
        << "\n";
  }
  if (const std::string next = text_at(kept, "next_tlsa"); !next.empty()) {
    out << fmt::format("    next key   {}\n", next);
  }
  if (const std::string why = text_at(kept, "waits_for"); !why.empty()) {
    out << fmt::format("    {}\n", why);
  }
}

void print(std::ostream& out, const json::object& all) {
  const json::array& in_force = all.at("in_force").as_array();
  out << (in_force.empty() ? "No certificate is in force for mail: TLS is not offered.\n"
                           : "In force for mail:\n");
  for (const json::value& leaf : in_force) print_leaf(out, leaf);
  const json::array& held = all.at("held").as_array();
  if (!held.empty()) out << "Read, but not in force yet:\n";
  for (const json::value& leaf : held) print_leaf(out, leaf);
  if (const std::string why = text_at(all, "held_why"); !why.empty()) out << "  " << why << "\n";
  const json::array& kept = all.at("kept").as_array();
  if (!kept.empty()) out << "Kept by the gateway itself (ACME):\n";
  for (const json::value& one : kept) print_kept(out, one.as_object());
}

int list(Context& context) {
  auto answer = ask_gateway(context, {"GET", "/v1/certificates", {}});
  if (!answer) return context.fail(answer.error());
  if (context.json) {
    context.out << *answer;
  } else {
    print(context.out, json::parse(*answer).as_object());
  }
  return exit_ok;
}

base::Result<std::string> act(Context& context, const std::string& verb, const std::string& name) {
  return ask_gateway(context, {"POST", "/v1/certificates/" + verb, {{"name", name}}});
}

int renew(Context& context, const CertificateOptions& options) {
  auto answer = act(context, "renew", options.name);
  if (!answer) return context.fail(answer.error());
  if (context.json) {
    context.out << *answer;
  } else {
    context.out << "The authority is asked now. What became of it: postern certificate list\n";
  }
  return exit_ok;
}

int roll(Context& context, const CertificateOptions& options) {
  auto answer = act(context, options.give_up ? "unroll" : "roll", options.name);
  if (!answer) return context.fail(answer.error());
  if (context.json) {
    context.out << *answer;
  } else if (options.give_up) {
    context.out << "The next key is gone. Withdraw its TLSA record, if it is published.\n";
  } else {
    context.out << fmt::format(
        "The next key is made. Publish beside the TLSA records that are there:\n\n  {}\n\nThe "
        "certificate changes by itself once this has been seen for twice its TTL. Where it must "
        "stand: postern posture show\n",
        text_at(json::parse(*answer).as_object(), "next_tlsa"));
  }
  return exit_ok;
}

}  // namespace

void add_certificate_commands(CLI::App& root, Context& context) {
  CLI::App* group = root.add_subcommand("certificate", "The gateway's own certificates");
  group->require_subcommand(1);
  auto options = std::make_shared<CertificateOptions>();
  CLI::App* listed =
      group->add_subcommand("list", "What is in force, what waits, and what is renewed when");
  listed->callback([&context] { context.exit_code = list(context); });
  CLI::App* renewed =
      group->add_subcommand("renew", "Get a certificate anew now, with the same key (ACME)");
  CLI::App* rolled = group->add_subcommand(
      "roll", "Change the key of a certificate, after its TLSA record is known everywhere (ACME)");
  for (CLI::App* command : {renewed, rolled}) {
    command->add_option("NAME", options->name, "The certificate's first name")->required();
  }
  rolled->add_flag("--give-up", options->give_up, "Forget the next key instead");
  renewed->callback([&context, options] { context.exit_code = renew(context, *options); });
  rolled->callback([&context, options] { context.exit_code = roll(context, *options); });
}

}  // namespace postern::cli
