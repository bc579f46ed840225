/* golden CASES IMAGES: every golden case through the C ABI.
 *
 * Prints one line per case, as ffi/examples/reference.rs does, so that both can be compared bit by bit; and checks what
 * the table expects. */
#include "check.h"

#include <math.h>

enum { COLUMNS = 7, VERIFIERS = 16 };

static struct {
    char options[128];
    vav_verifier *verifier;
} made[VERIFIERS];

static void set_option(vav_config *config, const char *name, const char *value) {
    unsigned long long number = strtoull(value, NULL, 10);
    int policy = strcmp(value, "prominent") == 0 ? VAV_FACE_PROMINENT
                 : strcmp(value, "largest") == 0 ? VAV_FACE_LARGEST
                 : strcmp(value, "single") == 0  ? VAV_FACE_SINGLE
                                                 : -1;
    if (strcmp(name, "face") == 0)
        CHECK(vav_config_set_face_policy(config, policy) == VAV_OK);
    else if (strcmp(name, "min_face") == 0)
        CHECK(vav_config_set_min_face(config, (uint32_t)number) == VAV_OK);
    else if (strcmp(name, "max_pixels") == 0)
        CHECK(vav_config_set_max_pixels(config, number) == VAV_OK);
    else if (strcmp(name, "max_bytes") == 0)
        CHECK(vav_config_set_max_bytes(config, (size_t)number) == VAV_OK);
    else
        CHECK(!"an option that this program knows");
}

/* One verifier for every distinct list of options. */
static const vav_verifier *verifier_for(const char *options) {
    int i = 0;
    while (i < VERIFIERS && made[i].verifier != NULL && strcmp(made[i].options, options) != 0) i++;
    if (i == VERIFIERS || strlen(options) >= sizeof made[i].options) {
        fprintf(stderr, "too many options\n");
        exit(2);
    }
    if (made[i].verifier == NULL) {
        char copy[128];
        vav_config *config = engine_config();
        strcpy(made[i].options, options);
        strcpy(copy, options);
        for (char *option = strtok(copy, ";"); option != NULL; option = strtok(NULL, ";")) {
            char *value = strchr(option, '=');
            CHECK(value != NULL);
            if (value == NULL) continue;
            *value = 0;
            set_option(config, option, value + 1);
        }
        made[i].verifier = make_verifier(config);
    }
    return made[i].verifier;
}

static unsigned bits(float value) {
    uint32_t result;
    memcpy(&result, &value, sizeof result);
    return (unsigned)result;
}

static void run(char *cells[COLUMNS], const char *images) {
    static const char *const sides[] = { "", "probe", "reference" };
    const char *name = cells[0], *score = cells[4], *error = cells[5], *side = cells[6];
    blob probe_file = load(images, cells[2]), reference_file = load(images, cells[3]);
    vav_photo probe = encoded(probe_file), reference = encoded(reference_file);
    vav_result result = VAV_RESULT_INIT;
    vav_error *err = NULL;
    vav_status status = vav_verify(verifier_for(cells[1]), &probe, &reference, &result, &err);
    const char *got = vav_status_name(status), *got_side = sides[vav_error_side(err)];
    if (status == VAV_OK)
        printf("%s\tOK\t\t%08x\t%08x\n", name, bits(result.similarity), bits(result.score));
    else
        printf("%s\t%s\t%s\t\t\n", name, got, got_side);
    int as_expected = strcmp(got, *error ? error : "OK") == 0 && strcmp(got_side, side) == 0;
    if (status == VAV_OK && strcmp(score, "?") != 0) {
        /* The expected scores are those of ONNX Runtime; the engines may be one point apart. */
        int apart = abs((int)floorf(result.score) - atoi(score));
        int engine = vav_verifier_engine(verifier_for(cells[1]));
        as_expected = as_expected && apart <= (engine == VAV_ENGINE_ONNXRUNTIME ? 0 : 1);
    }
    if (!as_expected)
        fprintf(stderr, "%s: %s %s, score %.3f; expected %s%s %s\n", name, got, got_side, (double)result.score,
                score, error, side);
    CHECK(as_expected);
    CHECK((status == VAV_OK) == (err == NULL) && vav_error_status(err) == status);
    vav_error_free(err);
    free(probe_file.data);
    free(reference_file.data);
}

int main(int argc, char **argv) {
    char line[1024];
    int cases = 0, header = 0;
    FILE *table = argc == 3 ? fopen(argv[1], "r") : NULL;
    if (table == NULL) {
        fprintf(stderr, "usage: golden CASES IMAGES\n");
        return 2;
    }
    while (fgets(line, sizeof line, table) != NULL) {
        char *cells[COLUMNS];
        int count = 0;
        line[strcspn(line, "\n")] = 0;
        if (!header && line[0] == '#') continue;
        if (!header) {
            header = 1;
            CHECK(strcmp(line, "name\toptions\tprobe\treference\tscore\terror\tside") == 0);
            continue;
        }
        for (char *cell = line; cell != NULL && count < COLUMNS; count++) {
            cells[count] = cell;
            cell = strchr(cell, '\t');
            if (cell != NULL) *cell++ = 0;
        }
        CHECK(count == COLUMNS);
        if (count == COLUMNS) run(cells, argv[2]);
        cases++;
    }
    fclose(table);
    for (int i = 0; i < VERIFIERS; i++) vav_verifier_free(made[i].verifier);
    CHECK(cases > 100);
    fprintf(stderr, "golden: %d cases\n", cases);
    return done("golden");
}
