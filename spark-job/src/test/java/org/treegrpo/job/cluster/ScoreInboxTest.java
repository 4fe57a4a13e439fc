package org.treegrpo.job.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.treegrpo.job.round.EdgeBatchCodec;
import org.treegrpo.job.spark.RewardStreamPlugin;
import org.treegrpo.job.spark.ShareMessage;
import org.treegrpo.reward.arrow.RewardBatch;
import org.treegrpo.reward.arrow.RewardBatchCodec;
import org.treegrpo.reward.arrow.RewardRow;

class ScoreInboxTest {

  private static final RewardBatch REWARDS =
      new RewardBatch(
          1,
          0,
          7,
          List.of("size"),
          List.of(new RewardRow(0, new float[] {0.5f})),
          Map.of("size", "1"));

  @Test
  void aShareThatCannotBeDecodedIsMissingForItsReason() throws Exception {
    byte[] edges = EdgeBatchCodec.encode(new double[] {-0.5, -0.25});
    byte[] damaged =
        new String(edges, StandardCharsets.ISO_8859_1)
            .replace("log_prob_old", "lag_prob_old")
            .getBytes(StandardCharsets.ISO_8859_1);
    try (ScoreInbox inbox = new ScoreInbox("run", 1)) {
      new RewardStreamPlugin()
          .driverPlugin()
          .receive(new ShareMessage("run", 1, 0, 7, RewardBatchCodec.encode(REWARDS), damaged));
      assertThatThrownBy(() -> inbox.commit(new int[] {7}))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("the scores of share 0, attempt 7, did not arrive")
          .satisfies(
              missing ->
                  assertThat(missing.getSuppressed())
                      .as("why, although it is no IOException")
                      .hasSize(1));
    }
  }
}
