/* floating_point IMAGES: every call preserves rounding, traps, flags and subnormal numbers, and its answer does not depend
 * on them. ONNX Runtime used to leave flush-to-zero on, and with traps it ended the program with SIGFPE. */
#include "check.h"

#include <fenv.h>
#include <pthread.h>

static blob one_file, other_file;

#if defined __x86_64__
static unsigned long state(void) { return __builtin_ia32_stmxcsr(); }
#elif defined __aarch64__
static unsigned long state(void) { return __builtin_aarch64_get_fpcr() << 32 | __builtin_aarch64_get_fpsr(); }
#else
#error "this test does not know how to read the floating-point state of this processor"
#endif

/* Creates a verifier and calls every function that computes; returns the similarity. */
static float compute(void) {
    const unsigned long before = state();
    const vav_photo one = with_quality(encoded(one_file)), other = encoded(other_file);
    vav_result result = VAV_RESULT_INIT, compared = VAV_RESULT_INIT;
    vav_template *probe = NULL, *reference = NULL;
    vav_faces *faces = NULL;
    vav_verifier *verifier = NULL;
    vav_error *err = NULL;
    vav_config *config = engine_config();
    CHECK(vav_config_set_workers(config, 2) == VAV_OK && state() == before);
    CHECK(vav_verifier_new(config, &verifier, NULL) == VAV_OK && state() == before);
    CHECK(vav_verify(verifier, &one, &other, &result, NULL) == VAV_OK && state() == before);
    CHECK(vav_extract(verifier, &one, &probe, NULL, NULL) == VAV_OK && state() == before);
    CHECK(vav_extract(verifier, &other, &reference, NULL, NULL) == VAV_OK && state() == before);
    CHECK(vav_compare(verifier, probe, reference, &compared, NULL) == VAV_OK && state() == before);
    CHECK(vav_detect(verifier, &one, &faces, NULL) == VAV_OK && state() == before);
    CHECK(vav_verify(verifier, &one, NULL, &result, &err) == VAV_INVALID_ARGUMENT && state() == before);
    CHECK(compared.similarity == result.similarity);
    vav_error_free(err);
    vav_faces_free(faces);
    vav_template_free(probe);
    vav_template_free(reference);
    vav_verifier_free(verifier);
    vav_config_free(config);
    CHECK(state() == before);
    return result.similarity;
}

static void *in_another_thread(void *similarity) {
    *(float *)similarity = compute();
    return NULL;
}

int main(int argc, char **argv) {
    static const int roundings[] = { FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO };
    pthread_t thread;
    float elsewhere = 0.0f;
    if (argc != 2) return 2;
    one_file = load(argv[1], "astronaut.jpg");
    other_file = load(argv[1], "hopper-128.png");
    const float expected = compute();
    for (size_t i = 0; i < sizeof roundings / sizeof *roundings; i++) {
        CHECK(fesetround(roundings[i]) == 0);
        feenableexcept(i == 0 ? 0 : FE_ALL_EXCEPT);
        const float similarity = compute();
        CHECK(pthread_create(&thread, NULL, in_another_thread, &elsewhere) == 0 && pthread_join(thread, NULL) == 0);
        fedisableexcept(FE_ALL_EXCEPT);
        CHECK(memcmp(&similarity, &expected, sizeof expected) == 0 && memcmp(&elsewhere, &expected, sizeof expected) == 0);
    }
    free(one_file.data);
    free(other_file.data);
    return done("floating_point");
}
