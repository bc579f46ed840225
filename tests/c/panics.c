/* panics: a panic becomes a status, and the program continues. Needs a library built with the feature `test-panic`. */
#include "check.h"

vav_status vav_test_panic(vav_error **err);

int main(void) {
    for (int i = 0; i < 3; i++) {
        vav_error *err = NULL;
        CHECK(vav_test_panic(&err) == VAV_PANIC);
        CHECK(vav_error_status(err) == VAV_PANIC);
        CHECK(strstr(vav_error_message(err), "on purpose") != NULL);
        vav_error_free(err);
        CHECK(vav_test_panic(NULL) == VAV_PANIC);
    }
    vav_verifier *verifier = make_verifier(engine_config());
    CHECK(vav_verifier_engine(verifier) >= 0);
    vav_verifier_free(verifier);
    return done("panics");
}
