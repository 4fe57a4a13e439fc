package org.treegrpo.core.tensor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The kind of processor that libtorch's kernels are chosen for. Two of one kind compute the same
 * bytes; between kinds the last bits of sums differ.
 *
 * @param model vendor, family and model, or the architecture where that is not known
 * @param vectors the widest vector instructions that libtorch uses: {@code AVX512}, {@code AVX2} or
 *     {@code DEFAULT}
 * @param pinned whether the environment holds every library to {@link #BASELINE}
 */
public record Processor(String model, String vectors, boolean pinned) {

  /**
   * Variables that hold libtorch, oneDNN and MKL to kernels that all x86-64 processors with AVX2
   * have.
   */
  public static final Map<String, String> BASELINE =
      Map.of(
          "ATEN_CPU_CAPABILITY", "avx2",
          "ONEDNN_MAX_CPU_ISA", "AVX2",
          "MKL_CBWR", "COMPATIBLE");

  private static final String CAPABILITY = "ATEN_CPU_CAPABILITY";
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
  private static final List<String> AVX512 = List.of("avx512f", "avx512bw", "avx512dq", "avx512vl");

  /** That of this machine, as this process may use it. */
  public static Processor here() {
    try {
      return of(Files.readString(CPU_INFO), System.getenv());
    } catch (NoSuchFileException notLinux) {
      return of("", System.getenv());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  static Processor of(String cpuInfo, Map<String, String> environment) {
    Map<String, String> fields = new HashMap<>();
    for (String line : cpuInfo.lines().toList()) {
      String[] parts = line.split("\\s*:\\s*", 2);
      if (parts.length == 2) {
        fields.putIfAbsent(parts[0].strip(), parts[1].strip());
      }
    }
    String model =
        fields.containsKey("vendor_id")
            ? "%s family %s model %s"
                .formatted(fields.get("vendor_id"), fields.get("cpu family"), fields.get("model"))
            : System.getProperty("os.arch");
    boolean pinned =
        BASELINE.entrySet().stream()
            .allMatch(entry -> entry.getValue().equals(environment.get(entry.getKey())));
    return new Processor(model, vectors(fields.getOrDefault("flags", ""), environment), pinned);
  }

  private static String vectors(String flags, Map<String, String> environment) {
    Set<String> known = new HashSet<>(Arrays.asList(flags.split(" ", -1)));
    boolean avx2 = known.contains("avx2") && known.contains("fma");
    boolean avx512 = avx2 && known.containsAll(AVX512);
    return switch (environment.getOrDefault(CAPABILITY, "")) {
      case "default" -> "DEFAULT";
      case "avx2" -> avx2 ? "AVX2" : "DEFAULT";
      default -> avx512 ? "AVX512" : avx2 ? "AVX2" : "DEFAULT";
    };
  }

  @Override
  public String toString() {
    return "%s, %s%s".formatted(model, vectors, pinned ? ", held to the baseline" : "");
  }
}
