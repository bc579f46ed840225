/* forks IMAGES: a config and a verifier created before fork() work after it, in the parent and its children. */
#include "check.h"

#include <sys/wait.h>
#include <unistd.h>

enum { CHILDREN = 4, PATIENCE_S = 240 };

static blob probe, other;

static float score(const vav_verifier *verifier) {
    vav_photo first = encoded(probe), second = encoded(other);
    vav_result result = VAV_RESULT_INIT;
    vav_status status = vav_verify(verifier, &first, &second, &result, NULL);
    return status == VAV_OK ? result.score : -1.0f;
}

/* What a child does. It must end by itself; otherwise the alarm ends it. */
static int child(vav_verifier *inherited, const vav_config *config, float expected, int use_first) {
    vav_verifier *own = NULL;
    alarm(PATIENCE_S);
    if (use_first && score(inherited) != expected) return 1;
    if (vav_verifier_new(config, &own, NULL) != VAV_OK || score(own) != expected) return 2;
    if (score(inherited) != expected) return 3;
    vav_verifier_free(own);
    vav_verifier_free(inherited);
    return 0;
}

static void run(vav_config *config) {
    vav_verifier *verifier = NULL;
    pid_t children[CHILDREN];
    CHECK(vav_verifier_new(config, &verifier, NULL) == VAV_OK);
    float expected = score(verifier);
    CHECK(expected >= 0.0f);
    for (int i = 0; i < CHILDREN; i++) {
        children[i] = fork();
        if (children[i] == 0) _exit(child(verifier, config, expected, i % 2));
        CHECK(children[i] > 0);
    }
    for (int i = 0; i < CHILDREN; i++) {
        int status = 0;
        CHECK(waitpid(children[i], &status, 0) == children[i]);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) fprintf(stderr, "child %d: %#x\n", i, (unsigned)status);
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    CHECK(score(verifier) == expected);
    vav_verifier_free(verifier);
}

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    probe = load(argv[1], "astronaut.jpg");
    other = load(argv[1], "hopper-128.png");
    vav_config *config = engine_config();
    CHECK(vav_config_set_workers(config, 1) == VAV_OK);
    run(config);
    CHECK(vav_config_set_workers(config, 2) == VAV_OK);
    run(config);
    vav_config_free(config);
    free(probe.data);
    free(other.data);
    return done("forks");
}
