/* A validating resolver as the gateway uses it: libunbound, with the practice world as its forwarder.
   usage: validate PORT ANCHOR NAME/TYPE...   prints for each: rcode, secure|insecure|bogus, count of data. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unbound.h>

int main(int argc, char** argv) {
  char forwarder[64];
  struct ub_ctx* context = ub_ctx_create();
  if (argc < 3 || !context) return 2;
  snprintf(forwarder, sizeof forwarder, "127.0.0.1@%s", argv[1]);
  if (ub_ctx_set_option(context, "do-not-query-localhost:", "no") ||
      ub_ctx_set_fwd(context, forwarder) || ub_ctx_add_ta_file(context, argv[2]))
    return 2;
  for (int at = 3; at < argc; ++at) {
    char* slash = strchr(argv[at], '/');
    struct ub_result* result = NULL;
    *slash = 0;
    if (ub_resolve(context, argv[at], atoi(slash + 1), 1, &result)) return 2;
    int count = 0;
    while (result->data && result->data[count]) ++count;
    printf("%s %d %s %d %s\n", argv[at], result->rcode,
           result->bogus ? "bogus" : result->secure ? "secure" : "insecure", count,
           result->why_bogus ? result->why_bogus : "");
    fflush(stdout);
    ub_resolve_free(result);
  }
  ub_ctx_delete(context);
  return 0;
}
