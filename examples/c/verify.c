/* verify PROBE REFERENCE: do these two photos show the same person? */
#include <stdio.h>
#include <visavis.h>

static size_t load(const char *path, uint8_t *bytes, size_t capacity) {
    FILE *file = fopen(path, "rb");
    size_t len = file ? fread(bytes, 1, capacity, file) : 0;
    if (file) fclose(file);
    return len;
}

int main(int argc, char **argv) {
    static uint8_t probe[1 << 24], reference[1 << 24];
    vav_verifier *verifier = NULL;
    vav_error *err = NULL;
    vav_result result = VAV_RESULT_INIT;
    if (argc != 3) return 2;
    vav_photo one = VAV_PHOTO_ENCODED(probe, load(argv[1], probe, sizeof probe));
    vav_photo other = VAV_PHOTO_ENCODED(reference, load(argv[2], reference, sizeof reference));
    vav_status status = vav_verifier_new(NULL, &verifier, &err);
    if (status == VAV_OK)
        status = vav_verify(verifier, &one, &other, &result, &err);
    if (status == VAV_OK)
        printf("score %.1f: %s\n", (double)result.score, result.is_match ? "same person" : "different people");
    else
        fprintf(stderr, "%s\n", vav_error_message(err));
    vav_error_free(err);
    vav_verifier_free(verifier);
    return status == VAV_OK ? 0 : 1;
}
