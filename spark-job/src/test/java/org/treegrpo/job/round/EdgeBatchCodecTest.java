package org.treegrpo.job.round;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class EdgeBatchCodecTest {

  @Test
  void edgesSurviveTheJourney() throws IOException {
    double[] logProbs = {-0.5, 1.25, Double.MIN_VALUE};
    assertThat(EdgeBatchCodec.decode(EdgeBatchCodec.encode(logProbs)))
        .as("in their order")
        .containsExactly(logProbs);
    assertThat(EdgeBatchCodec.decode(EdgeBatchCodec.encode(new double[0])))
        .as("a subtree that owns no edge")
        .isEmpty();
  }

  @Test
  void otherBytesAreRefused() {
    assertThatThrownBy(() -> EdgeBatchCodec.decode(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}))
        .isInstanceOf(IOException.class);
  }
}
