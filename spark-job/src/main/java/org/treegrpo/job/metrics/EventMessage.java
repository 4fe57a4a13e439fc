package org.treegrpo.job.metrics;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * A protocol-buffer message under construction, with the few field types TensorBoard's {@code
 * Event} needs, and the TFRecord frame around one.
 */
final class EventMessage {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int LENGTH_DELIMITED = 2;
  private static final int FIXED32 = 5;
  private static final int CRC_MASK_DELTA = 0xa282ead8;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  EventMessage integer(int field, long value) {
    tag(field, VARINT);
    varint(value);
    return this;
  }

  EventMessage real64(int field, double value) {
    tag(field, FIXED64);
    bytes.writeBytes(littleEndian(Double.BYTES).putDouble(value).array());
    return this;
  }

  EventMessage real32(int field, float value) {
    tag(field, FIXED32);
    bytes.writeBytes(littleEndian(Float.BYTES).putFloat(value).array());
    return this;
  }

  EventMessage text(int field, String value) {
    return bytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  EventMessage message(int field, EventMessage value) {
    return bytes(field, value.bytes.toByteArray());
  }

  EventMessage bytes(int field, byte[] value) {
    tag(field, LENGTH_DELIMITED);
    varint(value.length);
    bytes.writeBytes(value);
    return this;
  }

  /** Length, masked CRC of the length, message, masked CRC of the message. */
  byte[] framed() {
    byte[] content = bytes.toByteArray();
    byte[] length = littleEndian(Long.BYTES).putLong(content.length).array();
    return littleEndian(Long.BYTES + content.length + 2 * Integer.BYTES)
        .put(length)
        .putInt(maskedCrc(length))
        .put(content)
        .putInt(maskedCrc(content))
        .array();
  }

  private static int maskedCrc(byte[] content) {
    CRC32C crc = new CRC32C();
    crc.update(content);
    int value = (int) crc.getValue();
    return Integer.rotateRight(value, 15) + CRC_MASK_DELTA;
  }

  private void tag(int field, int wireType) {
    varint((long) field << 3 | wireType);
  }

  private void varint(long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      bytes.write((int) ((rest & 0x7f) | 0x80));
      rest >>>= 7;
    }
    bytes.write((int) rest);
  }

  private static ByteBuffer littleEndian(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }
}
