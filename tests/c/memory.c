/* memory PHOTO [FIRST LAST STEP]: with any limit on the address space, in MiB, a call ends with a status. Failed
 * allocations used to end the program. */
#include "check.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a child does; its exit status is the vav_status. */
static int child(const char *path, long limit) {
    const struct rlimit address_space = { (rlim_t)limit << 20, (rlim_t)limit << 20 };
    vav_photo photo = VAV_PHOTO_FILE(path);
    vav_result result = VAV_RESULT_INIT;
    vav_verifier *verifier = NULL;
    vav_config *config = engine_config();
    if (vav_config_set_workers(config, 1) != VAV_OK) return 201;
    if (setrlimit(RLIMIT_AS, &address_space) != 0) return 200;
    vav_status status = vav_verifier_new(config, &verifier, NULL);
    if (status == VAV_OK) status = vav_verify(verifier, &photo, &photo, &result, NULL);
    vav_verifier_free(verifier);
    vav_config_free(config);
    return (int)status;
}

int main(int argc, char **argv) {
    if (argc != 2 && argc != 5) return 2;
    const long first = argc == 5 ? atol(argv[2]) : 60, last = argc == 5 ? atol(argv[3]) : 400;
    const long step = argc == 5 ? atol(argv[4]) : 20;
    int worked = 0, short_of_memory = 0;
    for (long limit = first; limit <= last; limit += step) {
        int status = 0;
        const pid_t pid = fork();
        if (pid == 0) _exit(child(argv[1], limit));
        CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
        CHECK(WIFEXITED(status));
        if (!WIFEXITED(status)) fprintf(stderr, "%ld MiB: signal %d\n", limit, WTERMSIG(status));
        else fprintf(stderr, "%ld MiB: %s\n", limit, vav_status_name(WEXITSTATUS(status)));
        worked += WIFEXITED(status) && WEXITSTATUS(status) == VAV_OK;
        short_of_memory += WIFEXITED(status) && WEXITSTATUS(status) == VAV_OUT_OF_MEMORY;
    }
    CHECK(argc == 5 || (worked > 0 && short_of_memory > 0));
    return done("memory");
}
