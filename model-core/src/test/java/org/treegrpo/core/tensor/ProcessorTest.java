package org.treegrpo.core.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProcessorTest {

  private static final String INFO =
      """
      processor	: 0
      vendor_id	: GenuineIntel
      cpu family	: 6
      model		: 143
      model name	: Intel(R) Xeon(R) Platinum 8480C
      flags		: fpu sse2 %s

      processor	: 1
      vendor_id	: GenuineIntel
      cpu family	: 6
      model		: 143
      flags		: fpu sse2 %1$s
      """;

  private static final String AVX2 = "avx2 fma";
  private static final String AVX512 = AVX2 + " avx512f avx512bw avx512dq avx512vl";

  @ParameterizedTest
  @CsvSource({
    AVX512 + ", '', AVX512",
    AVX512 + ", avx2, AVX2",
    AVX512 + ", default, DEFAULT",
    AVX2 + " avx512f, '', AVX2",
    AVX2 + ", '', AVX2",
    "avx2, '', DEFAULT",
    "sse4_2, avx2, DEFAULT"
  })
  void vectorsAreThoseOfTheFlagsAndTheEnvironment(String flags, String capability, String vectors) {
    Processor found =
        Processor.of(INFO.formatted(flags), Map.of("ATEN_CPU_CAPABILITY", capability));
    assertThat(found).isEqualTo(new Processor("GenuineIntel family 6 model 143", vectors, false));
  }

  @Test
  void theBaselineNeedsAllOfItsVariables() {
    assertThat(Processor.of(INFO.formatted(AVX512), Processor.BASELINE))
        .isEqualTo(new Processor("GenuineIntel family 6 model 143", "AVX2", true))
        .hasToString("GenuineIntel family 6 model 143, AVX2, held to the baseline");
    assertThat(Processor.of("", Processor.BASELINE).model())
        .as("not Linux")
        .isEqualTo(System.getProperty("os.arch"));
  }

  @Test
  void thisMachineIsOfAKind() {
    assertThat(Processor.here()).isEqualTo(Processor.here());
    assertThat(Processor.here().model()).isNotBlank();
  }
}
