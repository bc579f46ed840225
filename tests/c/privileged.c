/* privileged: creates a verifier and prints the effective user and the engine. To be started as a setuid program. */
#include "check.h"

#include <unistd.h>

int main(void) {
    vav_verifier *verifier = make_verifier(vav_config_new());
    printf("euid %d engine %d\n", (int)geteuid(), (int)vav_verifier_engine(verifier));
    vav_verifier_free(verifier);
    return 0;
}
