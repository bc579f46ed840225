/* verify PROBE REFERENCE: do these two photos show the same person? */
#include <stdio.h>
#include <visavis.h>

int main(int argc, char **argv) {
    vav_verifier *verifier = NULL;
    vav_error *err = NULL;
    vav_result result = VAV_RESULT_INIT;
    if (argc != 3) return 2;
    vav_photo probe = VAV_PHOTO_FILE(argv[1]), reference = VAV_PHOTO_FILE(argv[2]);
    vav_status status = vav_verifier_new(NULL, &verifier, &err);
    if (status == VAV_OK && vav_verifier_fallback_reason(verifier)[0] != 0)
        fprintf(stderr, "using the slower engine: %s\n", vav_verifier_fallback_reason(verifier));
    if (status == VAV_OK)
        status = vav_verify(verifier, &probe, &reference, &result, &err);
    if (status == VAV_OK)
        printf("score %.1f: %s\n", (double)result.score, result.is_match ? "same person" : "different people");
    else
        fprintf(stderr, "%s\n", vav_error_message(err));
    vav_error_free(err);
    vav_verifier_free(verifier);
    return status == VAV_OK ? 0 : 1;
}
