package org.treegrpo.reward.arrow;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.message.MessageSerializer;

/**
 * One message of an Arrow IPC stream held in memory. Used in place of Arrow's stream reader, which
 * allocates what a length says before it looks whether the bytes are there, and loses the body's
 * buffer when the metadata is damaged.
 *
 * @param metadata the flatbuffer
 * @param body the message's buffers, within the stream's bytes
 */
record StreamMessage(Message metadata, ByteBuffer body) {

  private static final int PREFIX_BYTES = 8;

  /** The messages up to the end-of-stream mark; every length is checked against the bytes. */
  static List<StreamMessage> split(String name, byte[] bytes) throws ArrowFormatException {
    List<StreamMessage> messages = new ArrayList<>();
    ByteBuffer stream = ByteBuffer.wrap(bytes);
    while (true) {
      ByteBuffer prefix = take(name, stream, PREFIX_BYTES).order(ByteOrder.LITTLE_ENDIAN);
      int token = prefix.getInt();
      if (token != MessageSerializer.IPC_CONTINUATION_TOKEN) {
        throw new ArrowFormatException(
            "%s: message %d starts with 0x%08x; not an Arrow IPC stream, or damaged"
                .formatted(name, messages.size(), token));
      }
      int length = prefix.getInt();
      if (length == 0) {
        return messages;
      }
      Message metadata = Message.getRootAsMessage(take(name, stream, length));
      messages.add(new StreamMessage(metadata, take(name, stream, metadata.bodyLength())));
    }
  }

  /** A copy of the body, owned by the caller. */
  ArrowBuf copyBody(BufferAllocator allocator) {
    ArrowBuf copy = allocator.buffer(body.remaining());
    copy.setBytes(0, body.duplicate());
    return copy.writerIndex(body.remaining());
  }

  private static ByteBuffer take(String name, ByteBuffer stream, long length)
      throws ArrowFormatException {
    if (length < 0 || length > stream.remaining()) {
      throw new ArrowFormatException(
          "%s: %d bytes needed at byte %d, %d of %d are left; truncated or damaged"
              .formatted(name, length, stream.position(), stream.remaining(), stream.capacity()));
    }
    ByteBuffer part = stream.slice();
    part.limit((int) length);
    stream.position(stream.position() + (int) length);
    return part;
  }
}
