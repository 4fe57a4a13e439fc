package org.treegrpo.job.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.serializer.DeserializationStream;
import org.apache.spark.serializer.KryoSerializer;
import org.apache.spark.serializer.SerializationStream;
import org.apache.spark.serializer.SerializerInstance;
import org.junit.jupiter.api.Test;
import org.treegrpo.core.base.Sha256;
import org.treegrpo.core.learn.LearnResult;
import org.treegrpo.core.transition.DanceSde;
import org.treegrpo.job.executor.HostKind;
import org.treegrpo.job.executor.LearnedBlock;
import org.treegrpo.job.executor.RunSpec;
import org.treegrpo.job.files.PolicyFile;
import org.treegrpo.job.files.RewardFile;
import org.treegrpo.job.settings.SettingsLoader;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.settings.Use;
import org.treegrpo.job.spark.StoredVector;
import org.treegrpo.job.spark.WeightBroadcast;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

class KryoRegistrationTest {

  private static final int MIB = 1 << 20;

  /** As a broadcast does it: in a stream. 1.7 and 0.5 GB under 2047 MiB went the same way. */
  @Test
  void policyFilesMayBeLargerTogetherThanTheLargestBuffer() throws Exception {
    SparkConf conf = new SparkConf(false).set("spark.kryoserializer.buffer.max", "2m");
    SparkSettings.apply(conf);
    RunSpec sent =
        new RunSpec(
            "run",
            settings(),
            new PolicyFile[] {file("a", filled(MIB * 17 / 10, 1)), file("b", filled(MIB / 2, 2))},
            new RewardFile[] {new RewardFile("a", "path", "s3a://bucket/a.pt", "0123")},
            new byte[0],
            new byte[0],
            1,
            new HostKind("0123", "2.7.1", "a processor", "CPU"),
            new WeightBroadcast(7, 5, 1L << 50, 4, "0a1b2c3d"));
    RunSpec received = received(sent, conf, 2 * MIB);
    assertThat(received.rewardFiles()).as("reward files").isEqualTo(sent.rewardFiles());
    assertThat(received.host()).as("host").isEqualTo(sent.host());
    assertThat(received.reference()).as("where the reference is").isEqualTo(sent.reference());
    for (int i = 0; i < sent.policyFiles().length; i++) {
      PolicyFile file = received.policyFiles()[i];
      assertThat(file.name()).as("file %d", i).isEqualTo(sent.policyFiles()[i].name());
      assertThat(file.content()).as(file.name()).isEqualTo(sent.policyFiles()[i].content());
    }
  }

  private static PolicyFile file(String name, byte[] content) {
    return new PolicyFile(name, "/policy/" + name, content.length, Sha256.of(content), content);
  }

  @Test
  void theSettingsOfADriverArriveAsTheyAre() throws Exception {
    SparkConf conf = new SparkConf(false);
    SparkSettings.apply(conf);
    TrainSettings sent = settings();
    TrainSettings received = received(spec(sent), conf, 0).settings();
    assertThat(received)
        .as("every record, collection, constant and service, of three modules")
        .usingRecursiveComparison()
        .isEqualTo(sent);
    assertThat(received.sampler().transition()).as("by its name").isInstanceOf(DanceSde.class);
    assertThat(received.rewards().get(0).option("api-key", ""))
        .as("executors need the secrets")
        .isEqualTo("hunter2");
  }

  private static TrainSettings settings() {
    String hocon =
        """
        treegrpo {
          policy.path = /policy
          sampler { transition = dance-sde, eta = 0.3 }
          update.surrogate = reinforce
          optimizer.max-gradient-norm = 0
          rewards = [ { name = a, type = remote, time-limit-seconds = 0.5, options.api-key = hunter2 } ]
        }
        """;
    return new SettingsLoader(reward -> List.of()).parse(hocon, "test", List.of(), Use.SAMPLE);
  }

  private static RunSpec spec(TrainSettings settings) {
    byte[] none = {};
    return new RunSpec(
        "run", settings, new PolicyFile[0], new RewardFile[0], none, none, 1, null, null);
  }

  /** As a broadcast sends it. */
  private static RunSpec received(RunSpec sent, SparkConf conf, int leastBytes) throws Exception {
    ClassTag<RunSpec> type = ClassTag$.MODULE$.apply(RunSpec.class);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    SerializationStream out = new KryoSerializer(conf).newInstance().serializeStream(bytes);
    out.writeObject(sent, type);
    out.close();
    assertThat(bytes.size()).as("bytes of the broadcast").isGreaterThan(leastBytes);
    DeserializationStream in =
        new KryoSerializer(conf)
            .newInstance()
            .deserializeStream(new ByteArrayInputStream(bytes.toByteArray()));
    RunSpec received = in.readObject(type);
    in.close();
    return received;
  }

  @Test
  void theStatisticsOfEveryShareTravelAsTheyAre() {
    LearnResult[] statistics = {
      new LearnResult(0.5, -0.25, 0, Long.MAX_VALUE, 3, Double.NaN, -0.0, 1, 7), LearnResult.ZERO
    };
    LearnedBlock sent =
        new LearnedBlock(
            new int[] {1},
            new int[] {0},
            new float[][] {{1, 2}},
            new StoredVector[] {new StoredVector(5, "a1l0i2", 9, 4, true)},
            statistics,
            1,
            2,
            3,
            0.5);
    SparkConf conf = new SparkConf(false);
    SparkSettings.apply(conf);
    SerializerInstance kryo = new KryoSerializer(conf).newInstance();
    ClassTag<LearnedBlock> type = ClassTag$.MODULE$.apply(LearnedBlock.class);
    LearnedBlock received = kryo.deserialize(kryo.serialize(sent, type), type);
    assertThat(received.statistics()).as("whatever a record holds").containsExactly(statistics);
    assertThat(received.partials()).as("the sums").isDeepEqualTo(sent.partials());
    assertThat(received.stored()).as("where the others are").containsExactly(sent.stored());
  }

  /** Sent by one who registers nothing. */
  @Test
  void anUnknownClassIsRefused() {
    ClassTag<Object> type = ClassTag$.MODULE$.apply(Object.class);
    ByteBuffer bytes =
        new KryoSerializer(new SparkConf(false))
            .newInstance()
            .serialize(new java.io.File("of another class"), type);
    SparkConf conf = new SparkConf(false);
    SparkSettings.apply(conf);
    assertThatThrownBy(() -> new KryoSerializer(conf).newInstance().deserialize(bytes, type))
        .hasMessageContaining("Class is not registered: java.io.File");
  }

  private static byte[] filled(int size, int value) {
    byte[] bytes = new byte[size];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }
}
