/* threads IMAGES: eight threads use one const verifier. */
#include "check.h"

#include <pthread.h>

enum { THREADS = 8, ROUNDS = 4 };

static const vav_verifier *verifier;
static blob probe_file, other_file;
static vav_photo probe, other, truncated;
static float same_score, different_score;

static void *work(void *argument) {
    long *wrong = argument;
    for (int round = 0; round < ROUNDS; round++) {
        vav_result same = VAV_RESULT_INIT, different = VAV_RESULT_INIT;
        vav_error *err = NULL;
        *wrong += vav_verify(verifier, &probe, &probe, &same, NULL) != VAV_OK;
        *wrong += vav_verify(verifier, &probe, &other, &different, NULL) != VAV_OK;
        *wrong += vav_verify(verifier, &truncated, &other, &different, &err) == VAV_OK;
        *wrong += vav_error_side(err) != VAV_SIDE_PROBE;
        *wrong += same.score != same_score || different.score != different_score;
        vav_error_free(err);
    }
    return NULL;
}

int main(int argc, char **argv) {
    pthread_t threads[THREADS];
    long wrong[THREADS] = { 0 };
    vav_result same = VAV_RESULT_INIT, different = VAV_RESULT_INIT;
    if (argc != 2) return 2;
    vav_config *config = engine_config();
    /* Fewer workers than threads, so that calls wait for each other. */
    CHECK(vav_config_set_workers(config, 3) == VAV_OK);
    vav_verifier *owned = make_verifier(config);
    verifier = owned;
    probe_file = load(argv[1], "astronaut.jpg");
    other_file = load(argv[1], "hopper.jpg");
    probe = truncated = encoded(probe_file);
    truncated.len = 100;
    other = encoded(other_file);
    CHECK(vav_verify(verifier, &probe, &probe, &same, NULL) == VAV_OK);
    CHECK(vav_verify(verifier, &probe, &other, &different, NULL) == VAV_OK);
    CHECK(same.is_match && !different.is_match);
    same_score = same.score;
    different_score = different.score;
    for (int i = 0; i < THREADS; i++) CHECK(pthread_create(&threads[i], NULL, work, &wrong[i]) == 0);
    for (int i = 0; i < THREADS; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
        CHECK(wrong[i] == 0);
    }
    vav_verifier_free(owned);
    free(probe_file.data);
    free(other_file.data);
    return done("threads");
}
