/* A plugin that contains the static library: only its own function may be visible to the program that loads it. */
#include <visavis.h>

int plugin_status(void);

int plugin_status(void) {
    vav_verifier *verifier = NULL;
    vav_status status = vav_verifier_new(NULL, &verifier, NULL);
    vav_verifier_free(verifier);
    return (int)status;
}
