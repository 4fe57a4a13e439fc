package org.treegrpo.reward.arrow;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.vector.ipc.message.MessageSerializer;

/**
 * Checks that every length in an Arrow IPC stream lies inside its bytes. Arrow's reader allocates
 * what a length says before it looks whether the bytes are there: a damaged length would cost up to
 * 2 GB of heap, or leak the body's buffer.
 */
final class StreamFraming {

  private StreamFraming() {}

  static void check(byte[] bytes) throws RewardFormatException {
    ByteBuffer stream = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    while (true) {
      int start = stream.position();
      require(stream, start, "a message prefix", 8);
      int token = stream.getInt();
      if (token != MessageSerializer.IPC_CONTINUATION_TOKEN) {
        throw new RewardFormatException(
            "reward batch: byte %d of %d starts no Arrow message (0x%08x); not an Arrow IPC stream, or damaged"
                .formatted(start, bytes.length, token));
      }
      int metadataLength = stream.getInt();
      if (metadataLength == 0) {
        return;
      }
      require(stream, start, "message metadata", metadataLength);
      ByteBuffer metadata = stream.slice().order(ByteOrder.LITTLE_ENDIAN);
      metadata.limit(metadataLength);
      stream.position(stream.position() + metadataLength);
      long bodyLength = Message.getRootAsMessage(metadata).bodyLength();
      require(stream, start, "a message body", bodyLength);
      stream.position(stream.position() + (int) bodyLength);
    }
  }

  private static void require(ByteBuffer stream, int start, String what, long length)
      throws RewardFormatException {
    if (length < 0 || length > stream.remaining()) {
      throw new RewardFormatException(
          "reward batch: the message at byte %d needs %s of %d bytes, %d of %d are left; truncated or damaged"
              .formatted(start, what, length, stream.remaining(), stream.capacity()));
    }
  }
}
