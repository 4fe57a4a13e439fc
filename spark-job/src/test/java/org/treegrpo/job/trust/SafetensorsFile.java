package org.treegrpo.job.trust;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** A safetensors file taken apart, to be put together wrong. */
final class SafetensorsFile {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private final ObjectNode header;
  private final byte[] data;

  SafetensorsFile(Path file) throws IOException {
    this.file = file;
    byte[] bytes = Files.readAllBytes(file);
    int length = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
    header = (ObjectNode) JSON.readTree(bytes, Long.BYTES, length);
    data = Arrays.copyOfRange(bytes, Long.BYTES + length, bytes.length);
  }

  /** The JSON of the header; a change is written by {@link #write}. */
  ObjectNode header() {
    return header;
  }

  /** Name of the tensor whose bytes come first. */
  String firstName() {
    Iterable<String> names = header::fieldNames;
    Stream<String> stream = StreamSupport.stream(names.spliterator(), false);
    return stream.filter(name -> !name.startsWith("__")).findFirst().orElseThrow();
  }

  ObjectNode firstTensor() {
    return (ObjectNode) header.get(firstName());
  }

  /** The bytes of the tensors; a change is written by {@link #write}. */
  ByteBuffer data() {
    return ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
  }

  void write() throws IOException {
    Files.write(file, bytes(header.toString().getBytes(StandardCharsets.UTF_8), data));
  }

  /** The bytes of a file with any header. */
  static byte[] bytes(byte[] header, byte... data) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(length(header.length));
    bytes.writeBytes(header);
    bytes.writeBytes(data);
    return bytes.toByteArray();
  }

  /** The bytes of a file with any header. */
  static byte[] bytes(String header, byte... data) {
    return bytes(header.getBytes(StandardCharsets.UTF_8), data);
  }

  /** The first eight bytes of a file. */
  static byte[] length(long length) {
    return ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array();
  }
}
