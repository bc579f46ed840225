/* limits PHOTO: what visavis.h promises about stacks and threads. If no thread could be started, the embedded engine used
 * to end in VAV_PANIC. */
#include "check.h"

#include <grp.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *path;

/* The first calls of a process, with two workers. */
static vav_status call(void) {
    vav_photo photo = VAV_PHOTO_FILE(path);
    vav_result result = VAV_RESULT_INIT;
    vav_verifier *verifier = NULL;
    vav_config *config = engine_config();
    vav_status status = vav_config_set_workers(config, 2);
    if (status == VAV_OK) status = vav_verifier_new(config, &verifier, NULL);
    if (status == VAV_OK) status = vav_verify(verifier, &photo, &photo, &result, NULL);
    vav_verifier_free(verifier);
    vav_config_free(config);
    return status;
}

static void *on_a_small_stack(void *status) {
    *(vav_status *)status = call();
    return NULL;
}

static int small_stack(void) {
    pthread_attr_t small;
    pthread_t thread;
    vav_status status = VAV_PANIC;
    if (pthread_attr_init(&small) != 0 || pthread_attr_setstacksize(&small, 256 << 10) != 0) return 200;
    if (pthread_create(&thread, &small, on_a_small_stack, &status) != 0) return 201;
    pthread_join(thread, NULL);
    pthread_attr_destroy(&small);
    return (int)status;
}

static void *nothing(void *unused) { return unused; }

/* The limit does not apply to root, so the child becomes an ordinary user first. */
static int no_threads(void) {
    const struct rlimit one = { 1, 1 };
    pthread_t thread;
    const int root = geteuid() == 0;
    if (root && (setgroups(0, NULL) != 0 || setgid(65534) != 0 || setuid(65534) != 0)) return 200;
    if (setrlimit(RLIMIT_NPROC, &one) != 0) return 201;
    if (pthread_create(&thread, NULL, nothing, NULL) == 0) return 202;
    return (int)call();
}

/* The status of a call in a separate process. */
static int in_a_child(int (*work)(void)) {
    int status = 0;
    const pid_t pid = fork();
    if (pid == 0) _exit(work());
    CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
    if (!WIFEXITED(status)) fprintf(stderr, "signal %d\n", WTERMSIG(status));
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    path = argv[1];
    const char *engine = getenv("VISAVIS_TEST_ENGINE");
    CHECK(in_a_child(small_stack) == VAV_OK);
    const int without = in_a_child(no_threads);
    /* ONNX Runtime computes in the caller's thread. */
    CHECK(without == (engine != NULL && strcmp(engine, "embedded") == 0 ? VAV_OUT_OF_MEMORY : VAV_OK));
    if (without != VAV_OK) fprintf(stderr, "without threads: %d\n", without);
    return done("limits");
}
