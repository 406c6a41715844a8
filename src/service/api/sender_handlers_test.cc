#include "service/api/sender_handlers.h"

#include "io/crypto/testing/forge.h"
#include "io/crypto/tls.h"
#include "service/api/testing/kit.h"

namespace postern::api {
namespace {

using testing::Kit;
using testing::kMain;
using Kind = policy::InternalSender::Kind;

struct SenderTest : Kit, ::testing::Test {
  SenderHandlers senders{{shard, writes, editor}};

  static SenderInput range(std::string text) {
    SenderInput input;
    input.kind = Kind::address_range;
    input.range = std::move(text);
    return input;
  }
  static SenderInput user(std::string name, std::optional<std::string> password) {
    SenderInput input;
    input.kind = Kind::credentials;
    input.user = std::move(name);
    input.password = std::move(password);
    return input;
  }
  Call at(std::int64_t id, const std::string& account = "main") {
    return call({{"id", std::to_string(id)}}, account);
  }
  std::string hash_of(const std::string& name) {
    const auto* found = book.current()->sender_named(name);
    return found == nullptr ? "" : found->password_hash;
  }
};

TEST_F(SenderTest, IsKnownByItsAddresses) {
  const Sender made = ok(senders.add(call(), range("192.0.2.0/24")));
  EXPECT_EQ(made.range, "192.0.2.0/24");
  EXPECT_FALSE(made.password_set);
  EXPECT_EQ(status(senders.add(call(), range("192.0.2.0/24"))), 200);
  EXPECT_EQ(problem(senders.add(call(), range("192.0.2.5/24"))), "422 invalid-request #/range");
  EXPECT_EQ(problem(senders.add(call(), range("0.0.0.0/0"))), "422 invalid-sender #/range");
}

TEST_F(SenderTest, TakesNoAddressOutOfAnotherAccountsRange) {
  ok(senders.add(call(), range("192.0.2.0/24")));
  for (const char* within : {"192.0.2.7", "192.0.2.128/25"}) {
    EXPECT_EQ(problem(senders.add(call({}, "other"), range(within))),
              "409 range-held-elsewhere #/range");
  }
  // A wider range leaves the narrower one its own.
  const Sender wide = ok(senders.add(call({}, "other"), range("192.0.0.0/16")));
  EXPECT_EQ(problem(senders.replace(at(wide.id, "other"), range("192.0.2.7"))),
            "409 range-held-elsewhere #/range");
  Call platform = call({}, "other");
  platform.who.grants = {{"*", Role::administrator}};
  EXPECT_EQ(status(senders.add(platform, range("192.0.2.7"))), 201);
}

TEST_F(SenderTest, IsKnownByAPasswordThatIsNeverKeptNorShown) {
  const Sender made = ok(senders.add(call(), user("mailhost", "correct horse")));
  EXPECT_TRUE(made.password_set);
  EXPECT_TRUE(crypto::verify_password(hash_of("mailhost"), "correct horse"));
  EXPECT_EQ(json_text(made).find("argon2"), std::string::npos);
}

TEST_F(SenderTest, IsAddedOnceWithItsPasswordToo) {
  ok(senders.add(call(), user("mailhost", "correct horse")));
  EXPECT_EQ(status(senders.add(call(), user("mailhost", "correct horse"))), 200);
  EXPECT_EQ(problem(senders.add(call(), user("mailhost", "another horse"))), "409 already-exists");
  EXPECT_EQ(problem(senders.add(call(), user("mailhost", std::nullopt))),
            "422 invalid-request #/password");
  EXPECT_EQ(problem(senders.add(call(), user("short", "too short"))),
            "422 invalid-request #/password");
}

TEST_F(SenderTest, KeepsItsPasswordUnlessAnotherIsGiven) {
  const Sender made = ok(senders.add(call(), user("mailhost", "correct horse")));
  SenderInput noted = user("mailhost", std::nullopt);
  noted.note = "the old one";
  noted.require_tls = true;
  EXPECT_TRUE(ok(senders.replace(at(made.id), noted)).require_tls);
  EXPECT_TRUE(crypto::verify_password(hash_of("mailhost"), "correct horse"));
  ok(senders.replace(at(made.id), user("mailhost", "another horse")));
  EXPECT_TRUE(crypto::verify_password(hash_of("mailhost"), "another horse"));
}

TEST_F(SenderTest, IsKnownByTheKeyOfItsCertificate) {
  const auto authority = crypto::testing::authority("Test CA");
  SenderInput input;
  input.kind = Kind::client_certificate;
  EXPECT_EQ(problem(senders.add(call(), input)), "422 invalid-request #/certificate_pem");
  input.certificate_pem = "nonsense";
  EXPECT_EQ(status(senders.add(call(), input)), 422);
  input.certificate_pem = authority.pem();
  const Sender made = ok(senders.add(call(), input));
  SenderInput digest;
  digest.kind = Kind::client_certificate;
  digest.certificate_spki = made.certificate_spki;
  EXPECT_EQ(status(senders.add(call(), digest)), 200);
}

TEST_F(SenderTest, IsNotAlsoAnotherAccounts) {
  ok(senders.add(call({}, "other"), range("192.0.2.0/24")));
  EXPECT_EQ(problem(senders.add(call(), range("192.0.2.0/24"))), "409 already-exists");
}

TEST_F(SenderTest, OfAnotherAccountDoesNotExist) {
  const Sender theirs = ok(senders.add(call({}, "other"), range("192.0.2.0/24")));
  EXPECT_EQ(problem(senders.get(at(theirs.id))), "404 not-found");
  EXPECT_EQ(problem(senders.replace(at(theirs.id), range("192.0.2.0/24"))), "404 not-found");
  EXPECT_EQ(problem(senders.remove(at(theirs.id))), "404 not-found");
  EXPECT_TRUE(ok(senders.list(call())).items.empty());
  EXPECT_EQ(problem(senders.remove(at(theirs.id, "other"))), "none");
}

TEST_F(SenderTest, IsChangedOnlyInTheStateThatWasSeen) {
  const Sender made = ok(senders.add(call(), range("192.0.2.0/24")));
  const std::string seen = etag_of(body_of(made));
  SenderInput noted = range("192.0.2.0/24");
  noted.note = "meanwhile";
  ok(senders.replace(if_match(at(made.id), seen), noted));
  EXPECT_EQ(problem(senders.replace(if_match(at(made.id), seen), noted)), "412 changed-meanwhile");
  EXPECT_EQ(problem(senders.remove(if_match(at(made.id), seen))), "412 changed-meanwhile");
}

}  // namespace
}  // namespace postern::api
