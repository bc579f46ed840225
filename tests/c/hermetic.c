/* hermetic IMAGES: uses the library while the caller traces it. Prints the score. */
#include "check.h"

int main(int argc, char **argv) {
    char path[2][4096];
    vav_result result = VAV_RESULT_INIT;
    vav_template *templ = NULL;
    if (argc != 2) return 2;
    snprintf(path[0], sizeof path[0], "%s/astronaut.jpg", argv[1]);
    snprintf(path[1], sizeof path[1], "%s/hopper.jpg", argv[1]);
    vav_photo probe = VAV_PHOTO_FILE(path[0]), reference = VAV_PHOTO_FILE(path[1]);
    vav_verifier *verifier = make_verifier(engine_config());
    CHECK(vav_verify(verifier, &probe, &reference, &result, NULL) == VAV_OK);
    printf("%d\n", (int)result.score);
    reference = with_quality(reference);
    CHECK(vav_extract(verifier, &reference, &templ, NULL, NULL) == VAV_OK);
    CHECK(vav_compare(verifier, templ, templ, &result, NULL) == VAV_OK);
    vav_template_free(templ);
    vav_verifier_free(verifier);
    return done("hermetic");
}
