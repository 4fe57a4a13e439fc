package org.treegrpo.core.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SafetensorsHeaderTest {

  @Test
  void readsNamesShapesAndMetadataInTheOrderOfTheBytes() throws IOException {
    String header =
        """
        {"late":{"dtype":"U8","shape":[2],"data_offsets":[4,6]},\
        "__metadata__":{"format":"pt","b":"x"},\
        "none":{"dtype":"I64","shape":[0,3],"data_offsets":[4,4]},\
        "early":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}"""
            + "   ";
    SafetensorsReader reader = SafetensorsBytes.open(header, new byte[6]);
    assertThat(reader.tensors())
        .as("sorted by position, an empty tensor before the one that shares its start")
        .containsExactly(
            new TensorInfo("early", DType.F32, new long[0], 0, 4),
            new TensorInfo("none", DType.I64, new long[] {0, 3}, 4, 4),
            new TensorInfo("late", DType.U8, new long[] {2}, 4, 6));
    assertThat(reader.metadata())
        .as("metadata")
        .containsExactly(Map.entry("format", "pt"), Map.entry("b", "x"));
  }

  @Test
  void acceptsAFileWithoutTensors() throws IOException {
    assertThat(SafetensorsBytes.open("{}").tensors()).as("no tensors").isEmpty();
  }

  static Stream<Arguments> malformed() {
    String f32 = "{\"a\":{\"dtype\":\"F32\",\"shape\":%s,\"data_offsets\":%s}}";
    return Stream.of(
        Arguments.of("no bytes", new byte[0], "8 bytes of header length"),
        Arguments.of("short prefix", new byte[7], "8 bytes of header length"),
        Arguments.of("negative length", SafetensorsBytes.length(-1), "at most 100000000 bytes"),
        Arguments.of("length over the limit", SafetensorsBytes.length(100_000_001), "100000001"),
        Arguments.of("header beyond the file", SafetensorsBytes.length(3), "end inside the file"),
        Arguments.of("empty header", SafetensorsBytes.of(""), "must start with '{'"),
        Arguments.of("leading blank", SafetensorsBytes.of(" {}"), "must start with '{'"),
        Arguments.of("array", SafetensorsBytes.of("[]"), "must start with '{'"),
        Arguments.of(
            "not UTF-8",
            SafetensorsBytes.of(new byte[] {'{', '"', (byte) 0xc3, '"', ':', '1', '}'}),
            "must be UTF-8"),
        Arguments.of("not JSON", SafetensorsBytes.of("{\"a\":"), "must be one JSON object"),
        Arguments.of("text behind", SafetensorsBytes.of("{} {}"), "must be one JSON object"),
        Arguments.of("zero bytes behind", SafetensorsBytes.of("{}\0\0"), "one JSON object"),
        Arguments.of(
            "duplicate tensor",
            SafetensorsBytes.of(
                """
                {"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},\
                "a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""",
                new byte[1]),
            "Duplicate field 'a'"),
        Arguments.of(
            "metadata of numbers",
            SafetensorsBytes.of("{\"__metadata__\":{\"step\":3}}"),
            "__metadata__.step must be a string"),
        Arguments.of(
            "metadata not an object",
            SafetensorsBytes.of("{\"__metadata__\":[]}"),
            "__metadata__ must be an object"),
        Arguments.of("tensor not an object", SafetensorsBytes.of("{\"a\":3}"), "'a' must be"),
        Arguments.of(
            "unknown dtype",
            SafetensorsBytes.of("{\"a\":{\"dtype\":\"F4\",\"shape\":[],\"data_offsets\":[0,1]}}"),
            "dtype must be one of"),
        Arguments.of(
            "unknown key",
            SafetensorsBytes.of(
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,1],\"x\":1}}"),
            "may only have the keys"),
        Arguments.of(
            "no shape",
            SafetensorsBytes.of("{\"a\":{\"dtype\":\"U8\",\"data_offsets\":[0,1]}}"),
            "shape must be an array"),
        f32(f32, "[-1]", "[0,4]", "shape must hold integers of at least 0"),
        f32(f32, "[1.0]", "[0,4]", "shape must hold integers"),
        f32(f32, "[1e30]", "[0,4]", "shape must hold integers"),
        f32(f32, "[9223372036854775808]", "[0,4]", "shape must hold integers"),
        f32(f32, "[4611686018427387904,4]", "[0,4]", "size must fit 64 bits"),
        f32(f32, "[2305843009213693952]", "[0,4]", "size must fit 64 bits"),
        f32(f32, "[1]", "[0]", "must be [begin, end]"),
        f32(f32, "[1]", "[0,4,4]", "must be [begin, end]"),
        f32(f32, "[1]", "[-4,0]", "data_offsets must hold integers of at least 0"),
        f32(f32, "[1]", "[4,0]", "must not be reversed"),
        f32(f32, "[2]", "[0,4]", "has 8 bytes by dtype and shape"),
        f32(f32, "[2]", "[0,8]", "must end inside the file's 4 data bytes"),
        f32(f32, "[]", "[4,8]", "must start where the one before ends, at 0"),
        f32(f32, "[0]", "[0,0]", "must cover all 4 data bytes"),
        Arguments.of(
            "overlap",
            SafetensorsBytes.of(
                """
                {"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},\
                "b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""",
                new byte[4]),
            "'b' must not overlap"),
        Arguments.of(
            "hole",
            SafetensorsBytes.of(
                """
                {"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},\
                "b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""",
                new byte[4]),
            "'b' must start where the one before ends, at 1"));
  }

  private static Arguments f32(String header, String shape, String offsets, String rule) {
    return Arguments.of(
        shape + " at " + offsets,
        SafetensorsBytes.of(header.formatted(shape, offsets), new byte[4]),
        rule);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("malformed")
  void refusesAMalformedFile(String reason, byte[] bytes, String rule) {
    assertThatThrownBy(() -> SafetensorsReader.open(new BytesSource("bad.safetensors", bytes)))
        .as(reason)
        .isInstanceOf(SafetensorsException.class)
        .hasMessageStartingWith("bad.safetensors: ")
        .hasMessageContaining(rule);
  }

  @Test
  void refusesEveryTruncationOfAGoodFile() {
    byte[] good =
        SafetensorsBytes.of(
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", new byte[8]);
    for (int length = 0; length < good.length; length++) {
      byte[] part = Arrays.copyOf(good, length);
      assertThatThrownBy(() -> SafetensorsReader.open(new BytesSource("cut", part)))
          .as("the first %d bytes", length)
          .isInstanceOf(SafetensorsException.class);
    }
  }

  @Test
  void namesTheFileTheRuleAndTheValue() {
    byte[] header = "{\"a\":[]}".getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(
            () ->
                SafetensorsReader.open(
                    new BytesSource("x.safetensors", SafetensorsBytes.of(header))))
        .isInstanceOfSatisfying(
            SafetensorsException.class,
            e ->
                assertThat(List.of(e.file(), e.rule(), e.value()))
                    .as("file, rule and value")
                    .containsExactly("x.safetensors", "tensor 'a' must be an object", "[]"));
  }
}
