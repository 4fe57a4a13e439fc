package org.treegrpo.job.round;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.treegrpo.reward.arrow.ArrowFormatException;

class EdgeBatchCodecTest {

  private static final double[] LOG_PROBS = {-0.5, 1.25, Double.MIN_VALUE};

  @Test
  void edgesSurviveTheJourney() throws ArrowFormatException {
    assertThat(EdgeBatchCodec.decode(EdgeBatchCodec.encode(LOG_PROBS)))
        .as("in their order")
        .containsExactly(LOG_PROBS);
    assertThat(EdgeBatchCodec.decode(EdgeBatchCodec.encode(new double[0])))
        .as("a subtree that owns no edge")
        .isEmpty();
  }

  @Test
  void everyTruncationIsRefused() {
    byte[] bytes = EdgeBatchCodec.encode(LOG_PROBS);
    for (int length = 0; length < bytes.length; length++) {
      byte[] truncated = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> EdgeBatchCodec.decode(truncated))
          .as("the first %d of %d bytes", length, bytes.length)
          .isInstanceOf(ArrowFormatException.class)
          .hasMessageStartingWith("edge batch: ")
          .satisfies(EdgeBatchCodecTest::leavesNothingAllocated);
    }
  }

  @Test
  void everyDamagedByteIsRefusedOrHarmless() {
    byte[] bytes = EdgeBatchCodec.encode(LOG_PROBS);
    int refused = 0;
    for (int i = 0; i < bytes.length; i++) {
      for (int damage : new int[] {0x01, 0x80, 0xff}) {
        byte[] damaged = bytes.clone();
        damaged[i] ^= (byte) damage;
        try {
          EdgeBatchCodec.decode(damaged);
        } catch (ArrowFormatException e) {
          refused++;
          leavesNothingAllocated(e);
        }
      }
    }
    assertThat(refused).as("damaged streams that were refused").isGreaterThan(bytes.length / 2);
  }

  @Test
  void otherColumnsAreRefused() {
    byte[] renamed =
        new String(EdgeBatchCodec.encode(LOG_PROBS), StandardCharsets.ISO_8859_1)
            .replace("log_prob_old", "lag_prob_old")
            .getBytes(StandardCharsets.ISO_8859_1);
    assertThatThrownBy(() -> EdgeBatchCodec.decode(renamed))
        .as("a message of another version")
        .isInstanceOf(ArrowFormatException.class)
        .hasMessageContaining("the columns are [lag_prob_old: ")
        .hasMessageContaining("run the same version everywhere");
  }

  /** Closing an allocator fails while something is allocated. */
  private static void leavesNothingAllocated(Throwable refusal) {
    assertThat(refusal.getSuppressed()).as("of closing the allocator").isEmpty();
  }
}
