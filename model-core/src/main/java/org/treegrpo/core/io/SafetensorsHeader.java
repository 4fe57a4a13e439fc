package org.treegrpo.core.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.treegrpo.core.base.StrictJson;

/**
 * The header of a safetensors file: 8 bytes of little-endian length, then that many bytes of JSON.
 *
 * @param metadata the {@code __metadata__} strings
 * @param tensors in the order of their bytes
 * @param dataStart position of the first tensor byte in the file
 */
record SafetensorsHeader(Map<String, String> metadata, List<TensorInfo> tensors, long dataStart) {

  static final int LENGTH_BYTES = 8;
  static final int MAX_BYTES = 100_000_000;
  static final String METADATA = "__metadata__";

  private static final Set<String> TENSOR_KEYS = Set.of("dtype", "shape", "data_offsets");
  private static final ObjectMapper JSON =
      StrictJson.within(
          StreamReadConstraints.builder()
              .maxStringLength(MAX_BYTES)
              .maxNameLength(MAX_BYTES)
              .build());

  static SafetensorsHeader read(ReadableSource source) throws IOException {
    return new Parser(source.name()).parse(source);
  }

  private static final class Parser {
    private final String file;

    Parser(String file) {
      this.file = file;
    }

    SafetensorsHeader parse(ReadableSource source) throws IOException {
      long length = source.length();
      require(length >= LENGTH_BYTES, "a file starts with 8 bytes of header length", length);
      byte[] json;
      try (InputStream in = source.open(0)) {
        byte[] prefix = in.readNBytes(LENGTH_BYTES);
        require(prefix.length == LENGTH_BYTES, "the file ends early", prefix.length);
        long size = ByteBuffer.wrap(prefix).order(ByteOrder.LITTLE_ENDIAN).getLong();
        require(
            size >= 0 && size <= MAX_BYTES,
            "the header must have at most 100000000 bytes",
            Long.toUnsignedString(size));
        require(
            size <= length - LENGTH_BYTES,
            "the header must end inside the file of " + length + " bytes",
            size);
        json = in.readNBytes((int) size);
        require(json.length == size, "the file ends inside its header", json.length);
      }
      JsonNode root = tree(json);
      Map<String, String> metadata = new LinkedHashMap<>();
      List<TensorInfo> tensors = new ArrayList<>();
      for (Map.Entry<String, JsonNode> field : root.properties()) {
        if (field.getKey().equals(METADATA)) {
          readMetadata(field.getValue(), metadata);
        } else {
          tensors.add(tensor(field.getKey(), field.getValue()));
        }
      }
      long dataStart = LENGTH_BYTES + (long) json.length;
      tensors.sort(Comparator.comparingLong(TensorInfo::begin).thenComparingLong(TensorInfo::end));
      checkCoverage(tensors, length - dataStart);
      return new SafetensorsHeader(
          Collections.unmodifiableMap(metadata), List.copyOf(tensors), dataStart);
    }

    private JsonNode tree(byte[] bytes) throws SafetensorsException {
      require(
          bytes.length > 0 && bytes[0] == '{',
          "the header must start with '{'",
          bytes.length == 0 ? "an empty header" : "byte " + (bytes[0] & 0xff));
      String text;
      try {
        text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      } catch (CharacterCodingException e) {
        throw new SafetensorsException(file, "the header must be UTF-8", e.getMessage(), e);
      }
      try {
        return JSON.readTree(text);
      } catch (JsonProcessingException e) {
        throw new SafetensorsException(
            file, "the header must be one JSON object", e.getOriginalMessage(), e);
      }
    }

    private void readMetadata(JsonNode node, Map<String, String> metadata)
        throws SafetensorsException {
      require(node.isObject(), METADATA + " must be an object", node);
      for (Map.Entry<String, JsonNode> entry : node.properties()) {
        require(
            entry.getValue().isTextual(),
            METADATA + "." + entry.getKey() + " must be a string",
            entry.getValue());
        metadata.put(entry.getKey(), entry.getValue().textValue());
      }
    }

    private TensorInfo tensor(String name, JsonNode node) throws SafetensorsException {
      String at = "tensor '" + name + "' ";
      require(node.isObject(), at + "must be an object", node);
      for (Map.Entry<String, JsonNode> entry : node.properties()) {
        require(
            TENSOR_KEYS.contains(entry.getKey()),
            at + "may only have the keys dtype, shape and data_offsets",
            entry.getKey());
      }
      DType dtype =
          DType.named(node.path("dtype").asText())
              .orElseThrow(
                  () ->
                      new SafetensorsException(
                          file,
                          at + "dtype must be one of " + List.of(DType.values()),
                          node.path("dtype")));
      long[] shape = integers(node.path("shape"), at + "shape");
      long[] offsets = integers(node.path("data_offsets"), at + "data_offsets");
      require(offsets.length == 2, at + "data_offsets must be [begin, end]", node);
      require(offsets[0] <= offsets[1], at + "data_offsets must not be reversed", node);
      long bytes = byteSize(at, dtype, shape);
      require(
          bytes == offsets[1] - offsets[0],
          at + "has " + bytes + " bytes by dtype and shape, data_offsets must agree",
          offsets[1] - offsets[0]);
      return new TensorInfo(name, dtype, shape, offsets[0], offsets[1]);
    }

    private long byteSize(String at, DType dtype, long[] shape) throws SafetensorsException {
      try {
        return SafetensorsHeader.byteSize(dtype, shape);
      } catch (ArithmeticException e) {
        throw new SafetensorsException(
            file, at + "size must fit 64 bits", Arrays.toString(shape), e);
      }
    }

    private long[] integers(JsonNode node, String what) throws SafetensorsException {
      require(node.isArray(), what + " must be an array of integers", node);
      long[] values = new long[node.size()];
      for (int i = 0; i < values.length; i++) {
        JsonNode value = node.get(i);
        require(
            value.isIntegralNumber() && value.canConvertToLong() && value.longValue() >= 0,
            what + " must hold integers of at least 0",
            value);
        values[i] = value.longValue();
      }
      return values;
    }

    private void checkCoverage(List<TensorInfo> tensors, long dataBytes)
        throws SafetensorsException {
      long expected = 0;
      for (TensorInfo tensor : tensors) {
        String at = "tensor '" + tensor.name() + "' ";
        require(tensor.begin() >= expected, at + "must not overlap another", tensor.begin());
        require(
            tensor.begin() == expected,
            at + "must start where the one before ends, at " + expected,
            tensor.begin());
        require(
            tensor.end() <= dataBytes,
            at + "must end inside the file's " + dataBytes + " data bytes (truncated file?)",
            tensor.end());
        expected = tensor.end();
      }
      require(
          expected == dataBytes,
          "the tensors must cover all " + dataBytes + " data bytes",
          expected);
    }

    private void require(boolean holds, String rule, Object value) throws SafetensorsException {
      if (!holds) {
        throw new SafetensorsException(file, rule, value);
      }
    }
  }

  /** Bytes of a tensor; an {@link ArithmeticException} where they do not fit 64 bits. */
  static long byteSize(DType dtype, long[] shape) {
    long bytes = dtype.bytes();
    for (long dimension : shape) {
      bytes = Math.multiplyExact(bytes, dimension);
    }
    return bytes;
  }
}
