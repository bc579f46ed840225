// verify PROBE REFERENCE: do these two photos show the same person?
#include <fstream>
#include <iostream>
#include <iterator>
#include <visavis.hpp>

static std::string load(const char *path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    try {
        const visavis::verifier verifier;
        const vav_result result = verifier.verify(load(argv[1]), load(argv[2]));
        std::cout << "score " << result.score << (result.is_match ? ": same person\n" : ": different people\n");
    } catch (const visavis::error &error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
