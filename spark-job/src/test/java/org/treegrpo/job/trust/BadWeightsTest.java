package org.treegrpo.job.trust;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Weights of a built-in policy that cannot be used, seen from the command line. */
class BadWeightsTest {

  private static final String WEIGHTS = "policy/policy.safetensors";
  private static final String TWO =
      "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},"
          + "\"%s\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[%s]}}";
  private static final String ONE =
      "{\"a\":{\"dtype\":\"%s\",\"shape\":[%s],\"data_offsets\":[%s]}}";

  @TempDir Path directory;
  private Inputs inputs;
  private Path weights;

  @BeforeEach
  void write() throws IOException {
    inputs = new Inputs(directory);
    weights = inputs.file(WEIGHTS);
  }

  static Stream<Arguments> malformed() {
    byte[] notUtf8 = {'{', '"', (byte) 0xc3, '"', ':', '1', '}'};
    return Stream.of(
        Arguments.of("over 100 MB", SafetensorsFile.length(100_000_001), "found 100000001"),
        Arguments.of("not UTF-8", SafetensorsFile.bytes(notUtf8), "the header must be UTF-8"),
        Arguments.of("not JSON", SafetensorsFile.bytes("{\"a\""), "must be one JSON object"),
        Arguments.of("empty", new byte[0], "a file starts with 8 bytes of header length; found 0"),
        Arguments.of("truncated", SafetensorsFile.length(40), "must end inside the file of 8"),
        header(
            "reversed", ONE.formatted("U8", "2", "2,0"), "'a' data_offsets must not be reversed"),
        header("overlapping", TWO.formatted("b", "1,3"), "tensor 'b' must not overlap another"),
        header("hole", TWO.formatted("b", "3,5"), "'b' must start where the one before ends, at 2"),
        header("overflow", ONE.formatted("F32", "4611686018427387904,4", "0,4"), "fit 64 bits"),
        header("data cut", ONE.formatted("U8", "9", "0,9"), "must end inside the file's 5 data"),
        header("unknown dtype", ONE.formatted("F4", "2", "0,2"), "dtype must be one of"),
        header("duplicate key", TWO.formatted("a", "2,4"), "Duplicate field 'a'"));
  }

  private static Arguments header(String reason, String header, String rule) {
    return Arguments.of(reason, SafetensorsFile.bytes(header, new byte[5]), rule);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("malformed")
  void aMalformedFileIsNamedWithTheRule(String reason, byte[] bytes, String rule)
      throws IOException {
    Files.write(weights, bytes);
    inputs.train().assertRefused(weights + ": ", rule);
  }

  @Test
  void aMissingFileIsNamed() throws IOException {
    Files.delete(weights);
    inputs
        .train()
        .assertRefused(
            inputs.file("policy/policy.json") + ": file must name a file of the directory",
            "found no file at " + weights);
  }

  @Test
  void aTruncatedFileIsNamed() throws IOException {
    byte[] bytes = Files.readAllBytes(weights);
    Files.write(weights, Arrays.copyOf(bytes, bytes.length - 5));
    inputs.train().assertRefused(weights + ": tensor '", "(truncated file?)");
  }

  @Test
  void aTensorOfAnotherShapeIsNamed() throws IOException {
    SafetensorsFile file = new SafetensorsFile(weights);
    file.firstTensor().withArray("shape").insert(0, 1);
    file.write();
    inputs
        .train()
        .assertRefused(weights + ": tensor '" + file.firstName() + "' must have the shape [");
  }

  @Test
  void aTensorOfAnotherTypeIsNamed() throws IOException {
    SafetensorsFile file = new SafetensorsFile(weights);
    file.firstTensor().put("dtype", "I32");
    file.write();
    inputs
        .train()
        .assertRefused(
            weights + ": tensor '" + file.firstName() + "' must have one of the dtypes",
            "found I32");
  }

  @Test
  void aTensorOfAnotherNameIsNamed() throws IOException {
    SafetensorsFile file = new SafetensorsFile(weights);
    String name = file.firstName();
    file.header().set("layer.gone", file.header().remove(name));
    file.write();
    inputs.train().assertRefused(weights + ": ", "missing [" + name + "], unexpected [layer.gone]");
  }

  @Test
  void aValueThatIsNoNumberIsNamed() throws IOException {
    SafetensorsFile file = new SafetensorsFile(weights);
    file.data().putFloat(4, Float.NaN);
    file.write();
    inputs
        .train()
        .assertRefused(
            weights + ": tensor '" + file.firstName() + "' must hold finite values only",
            "found NaN at element 1");
  }
}
