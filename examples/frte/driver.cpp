// driver MODELS PHOTOS [LIMIT_MS]: checks an FRTE 1:1 implementation as NIST's validation does.
//
// PHOTOS holds astronaut.ppm, hopper.ppm and two-people.ppm. With LIMIT_MS, a template of a picture of 3000x4500 pixels
// must not take more processor time than that (NIST: 1500); without it, the time is only reported.

// The versions are symbols of the library under test.
#define NIST_EXTERN_API_VERSION
#define NIST_EXTERN_FRVT_STRUCTS_VERSION

#include "frte.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sys/wait.h>
#include <unistd.h>

namespace fs = std::filesystem;
using FRVT::EyePair;
using FRVT::Image;
using FRVT::ReturnCode;
using FRVT::TemplateRole;
using Bytes = std::vector<std::uint8_t>;
using Implementation = std::shared_ptr<FRVT_11::Interface>;

namespace {

int checks = 0, failures = 0;

void check(bool holds, const char *what) {
    checks++;
    if (!holds) {
        failures++;
        std::fprintf(stderr, "failed: %s\n", what);
    }
}

Image make_image(unsigned width, unsigned height, unsigned depth) {
    Image image;
    image.width = static_cast<std::uint16_t>(width);
    image.height = static_cast<std::uint16_t>(height);
    image.depth = static_cast<std::uint8_t>(depth);
    image.data.reset(new std::uint8_t[image.size()](), std::default_delete<std::uint8_t[]>());
    return image;
}

Image read_ppm(const fs::path &path) {
    std::ifstream file(path, std::ios::binary);
    std::string magic;
    unsigned width = 0, height = 0, max = 0;
    file >> magic >> width >> height >> max;
    file.get();
    Image image = make_image(width, height, 24);
    file.read(reinterpret_cast<char *>(image.data.get()), static_cast<std::streamsize>(image.size()));
    if (magic != "P6" || max != 255 || !file || image.size() == 0) {
        std::fprintf(stderr, "%s is not a PPM with 8 bits per channel\n", path.c_str());
        std::exit(2);
    }
    return image;
}

// A picture made from another one: `map` gives the coordinates in the other, `gain` scales the brightness.
template <class Map>
Image remade(const Image &from, unsigned width, unsigned height, double gain, Map &&map) {
    Image image = make_image(width, height, 24);
    for (unsigned y = 0; y < height; y++) {
        for (unsigned x = 0; x < width; x++) {
            const auto [u, v] = map(x, y);
            for (unsigned c = 0; c < 3; c++) {
                const double value = gain * from.data.get()[3 * (std::size_t{v} * from.width + u) + c];
                image.data.get()[3 * (std::size_t{y} * width + x) + c] = static_cast<std::uint8_t>(std::min(value, 255.0));
            }
        }
    }
    return image;
}

Image scaled(const Image &from, unsigned width, unsigned height, double gain = 1.0) {
    return remade(from, width, height, gain, [&](unsigned x, unsigned y) {
        return std::pair<unsigned, unsigned>(std::size_t{x} * from.width / width, std::size_t{y} * from.height / height);
    });
}

Image mirrored(const Image &from) {
    return remade(from, from.width, from.height, 1.0,
                  [&](unsigned x, unsigned y) { return std::pair<unsigned, unsigned>(from.width - 1 - x, y); });
}

Image gray(const Image &from) {
    Image image = make_image(from.width, from.height, 8);
    for (std::size_t i = 0; i < image.size(); i++) image.data.get()[i] = from.data.get()[3 * i + 1];
    return image;
}

// A dozen pictures of two people: the first half shows one, the second the other.
std::vector<Image> gallery(const fs::path &photos) {
    std::vector<Image> images;
    for (const char *name : {"astronaut.ppm", "hopper.ppm"}) {
        const Image photo = read_ppm(photos / name);
        const unsigned width = photo.width, height = photo.height;
        images.push_back(photo);
        images.push_back(scaled(photo, width, height, 0.6));
        images.push_back(scaled(photo, width / 2, height / 2));
        images.push_back(scaled(photo, width * 3 / 4, height * 3 / 4, 1.3));
        images.push_back(mirrored(photo));
        images.push_back(gray(photo));
    }
    return images;
}

Bytes one_template(const Implementation &implementation, const Image &image, TemplateRole role) {
    Bytes templ;
    std::vector<EyePair> eyes;
    const auto status = implementation->createFaceTemplate(std::vector<Image>{image}, role, templ, eyes);
    check(status.code == ReturnCode::Success, "a photo gives a template");
    check(!templ.empty() && eyes.size() == 1, "one picture gives one pair of eyes");
    const bool placed = eyes.size() == 1 && eyes[0].isLeftAssigned && eyes[0].isRightAssigned;
    check(placed && eyes[0].xright < eyes[0].xleft && eyes[0].xleft < image.width, "the eyes are in the picture");
    return templ;
}

std::vector<Bytes> templates(const Implementation &implementation, const std::vector<Image> &images) {
    std::vector<Bytes> made;
    for (const Image &image : images) made.push_back(one_template(implementation, image, TemplateRole::Enrollment_11));
    return made;
}

long threads_of_this_process() {
    return std::distance(fs::directory_iterator("/proc/self/task"), fs::directory_iterator());
}

// Every child makes its share of the templates again; they must equal the parent's byte for byte.
void forked(const Implementation &implementation, const std::vector<Image> &images, const std::vector<Bytes> &expected,
            std::size_t children) {
    std::vector<pid_t> pids;
    for (std::size_t child = 0; child < children; child++) {
        const pid_t pid = fork();
        if (pid == 0) {
            alarm(240);
            failures = 0;
            for (std::size_t i = child; i < images.size(); i += children)
                check(one_template(implementation, images[i], TemplateRole::Enrollment_11) == expected[i],
                      "a child makes the same template as its parent");
            check(threads_of_this_process() <= 2, "a child has at most two threads");
            _exit(failures == 0 ? 0 : 1);
        }
        pids.push_back(pid);
    }
    for (pid_t pid : pids) {
        int status = -1;
        check(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0,
              "a forked child exits with status 0");
    }
}

double similarity(const Implementation &implementation, const Bytes &probe, const Bytes &reference, ReturnCode expected) {
    double value = 7.0;
    check(implementation->matchTemplates(probe, reference, value).code == expected, "the return code of a match");
    return value;
}

void matches(const Implementation &implementation, const std::vector<Bytes> &made) {
    std::set<double> unique;
    std::size_t count = 0;
    double worst_same = 1e9, best_different = -1e9;
    for (std::size_t i = 0; i < made.size(); i++) {
        for (std::size_t j = i + 1; j < made.size(); j++) {
            const double value = similarity(implementation, made[i], made[j], ReturnCode::Success);
            check(value >= 0.0, "similarities are not negative");
            count++;
            unique.insert(value);
            double &extreme = (i < made.size() / 2) == (j < made.size() / 2) ? worst_same : best_different;
            extreme = &extreme == &worst_same ? std::min(extreme, value) : std::max(extreme, value);
        }
    }
    check(2 * unique.size() >= count, "at least half of the similarities are unique");
    check(worst_same > best_different, "two people are distinguished");
    std::fprintf(stderr, "frte: %zu of %zu similarities unique; same >= %.3f, different <= %.3f\n", unique.size(),
                 count, worst_same, best_different);
}

void failed_templates(const Implementation &implementation, const Bytes &sound) {
    Bytes failed;
    std::vector<EyePair> eyes;
    const Image blank = make_image(320, 240, 24);
    const auto status = implementation->createFaceTemplate({blank}, TemplateRole::Verification_11, failed, eyes);
    check(status.code == ReturnCode::FaceDetectionError, "a blank picture has no face");
    check(!failed.empty() && eyes.size() == 1 && !eyes[0].isLeftAssigned, "a failure gives a template");
    for (const auto &[probe, reference] : {std::pair(failed, sound), std::pair(sound, failed), std::pair(failed, failed)})
        check(similarity(implementation, probe, reference, ReturnCode::VerifTemplateError) == -1.0, "a failure gives -1");
    const Bytes junk{1, 2, 3};
    check(similarity(implementation, junk, sound, ReturnCode::TemplateFormatError) == -1.0, "junk is not a template");
    std::vector<Bytes> several;
    eyes.clear();
    check(implementation->createFaceTemplate(blank, TemplateRole::Verification_11, several, eyes).code ==
              ReturnCode::FaceDetectionError, "a blank picture shows no one");
    check(several.size() == 1 && eyes.size() == 1, "a picture without people gives a failed template");
}

void several(const Implementation &implementation, const std::vector<Image> &images, const std::vector<Bytes> &made,
             const Image &two) {
    // A template of several pictures of a person, one of which shows no one.
    Bytes person;
    std::vector<EyePair> eyes;
    const std::vector<Image> pictures{images[0], make_image(64, 64, 24), images[4]};
    check(implementation->createFaceTemplate(pictures, TemplateRole::Enrollment_11, person, eyes).code ==
              ReturnCode::Success && eyes.size() == 3, "several pictures of one person make one template");
    const double same = similarity(implementation, person, made[1], ReturnCode::Success);
    check(same > similarity(implementation, person, made[7], ReturnCode::Success), "the template is that person's");
    // Several people in one picture.
    std::vector<Bytes> people;
    eyes.clear();
    check(implementation->createFaceTemplate(two, TemplateRole::Verification_11, people, eyes).code ==
              ReturnCode::Success, "two people in a picture");
    check(people.size() == 2 && eyes.size() == people.size(), "one template and one pair of eyes per person");
    int first = 0;
    for (const Bytes &one : people)
        first += similarity(implementation, one, made[0], ReturnCode::Success) >
                 similarity(implementation, one, made[6], ReturnCode::Success);
    check(first == 1, "each template matches a different person");
    Bytes iris;
    std::vector<FRVT::IrisAnnulus> annuli;
    check(implementation->createIrisTemplate({images[0]}, TemplateRole::Enrollment_11, iris, annuli).code ==
              ReturnCode::NotImplemented, "irises are not supported");
}

void time_of_a_large_picture(const Implementation &implementation, const Image &photo, double limit_ms) {
    const Image large = scaled(photo, 3000, 4500);
    const std::clock_t start = std::clock();
    one_template(implementation, large, TemplateRole::Enrollment_11);
    const double ms = 1000.0 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    std::fprintf(stderr, "frte: a template of 3000x4500 pixels took %.0f ms of one core (NIST: 1500)\n", ms);
    check(limit_ms <= 0.0 || ms <= limit_ms, "a large picture is fast enough");
}

// NIST chooses the folder's name, and the folder is read-only.
fs::path read_only_copy(const fs::path &models) {
    std::string name = fs::temp_directory_path() / "frte-XXXXXX";
    const fs::path folder = fs::path(mkdtemp(name.data())) / "any name";
    fs::create_directory(folder);
    for (const auto &entry : fs::directory_iterator(models))
        if (entry.path().extension() == ".onnx" || entry.path().extension() == ".toml")
            fs::copy(entry.path(), folder / entry.path().filename());
    for (const auto &entry : fs::directory_iterator(folder)) fs::permissions(entry, fs::perms::owner_read);
    fs::permissions(folder, fs::perms::owner_read | fs::perms::owner_exec);
    return folder;
}

// The index of a virtual function in the table through which NIST's driver calls it (Itanium C++ ABI).
template <class Function>
std::size_t slot(Function function) {
    std::size_t offset = 0;
    std::memcpy(&offset, &function, sizeof offset);
    return (offset - 1) / sizeof(void *);
}

// The functions must be in NIST's order: two were once swapped, and NIST's driver would have called the wrong one.
void interface_of_nist() {
    using I = FRVT_11::Interface;
    using Pairs = std::vector<EyePair>;
    using One = FRVT::ReturnStatus (I::*)(const std::vector<Image> &, TemplateRole, Bytes &, Pairs &);
    using Several = FRVT::ReturnStatus (I::*)(const Image &, TemplateRole, std::vector<Bytes> &, Pairs &);
    const std::size_t first = slot(&I::initialize);
    check(slot(static_cast<One>(&I::createFaceTemplate)) == first + 1, "second: a template of one person");
    check(slot(&I::createIrisTemplate) == first + 2, "third: a template of irises");
    check(slot(static_cast<Several>(&I::createFaceTemplate)) == first + 3, "fourth: templates of several people");
    check(slot(&I::matchTemplates) == first + 4, "fifth: a match");
    check(FRVT_11::API_MAJOR_VERSION == 6 && FRVT_11::API_MINOR_VERSION == 0, "version 6.0 of the interface");
    check(FRVT::FRVT_STRUCTS_MAJOR_VERSION >= 3, "version 3 of its structs");
    std::shared_ptr<std::uint8_t> data;
    const Image image(2, 3, 8, data, Image::ImageDescription::FaceIso, Image::Illuminant::Visible);
    check(image.size() == 6 && FRVT::Media().data.empty(), "images and media are constructed as NIST does");
}

} // namespace

int main(int argc, char **argv) {
    if (argc != 3 && argc != 4) return 2;
    const fs::path config = read_only_copy(argv[1]), photos = argv[2];
    const Implementation implementation = FRVT_11::Interface::getImplementation();
    interface_of_nist();
    check(implementation->initialize("/nowhere").code == ReturnCode::ConfigError, "a missing folder is an error");
    check(implementation->initialize(config).code == ReturnCode::Success, "the folder is read");
    const std::vector<Image> images = gallery(photos);
    const std::vector<Bytes> made = templates(implementation, images);
    check(threads_of_this_process() <= 2, "the process has at most two threads");
    // As NIST does: forked after initialisation, before any computation. Then with an implementation already in use.
    const Implementation fresh = FRVT_11::Interface::getImplementation();
    check(fresh->initialize(config).code == ReturnCode::Success, "a second implementation");
    forked(fresh, images, made, 1);
    forked(fresh, images, made, 4);
    forked(implementation, images, made, 4);
    matches(implementation, made);
    failed_templates(implementation, made[0]);
    several(implementation, images, made, read_ppm(photos / "two-people.ppm"));
    time_of_a_large_picture(implementation, images[0], argc == 4 ? std::atof(argv[3]) : 0.0);
    fs::permissions(config, fs::perms::owner_all);
    fs::remove_all(config.parent_path());
    std::fprintf(stderr, "frte: %d checks, %d failures\n", checks, failures);
    return checks > 0 && failures == 0 ? 0 : 1;
}
