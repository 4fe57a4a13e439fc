package org.treegrpo.job.cluster;

import com.esotericsoftware.kryo.Kryo;
import org.apache.spark.serializer.KryoRegistrator;
import org.treegrpo.core.learn.LearnResult;
import org.treegrpo.job.executor.EvaluatedBlock;
import org.treegrpo.job.executor.GrownBlock;
import org.treegrpo.job.executor.HostKind;
import org.treegrpo.job.executor.HostReport;
import org.treegrpo.job.executor.LearnedBlock;
import org.treegrpo.job.executor.PixelSums;
import org.treegrpo.job.executor.Readiness;
import org.treegrpo.job.executor.RunSpec;
import org.treegrpo.job.executor.TreePictures;
import org.treegrpo.job.files.PolicyFile;
import org.treegrpo.job.files.RewardFile;
import org.treegrpo.job.metrics.ImageStatistics;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.spark.RecordSerializer;
import org.treegrpo.job.spark.StoredVector;
import org.treegrpo.job.spark.ValueSerializer;
import org.treegrpo.job.spark.WeightBroadcast;

/** Everything that crosses the wire as data; Kryo refuses every other class. */
public final class KryoRegistration implements KryoRegistrator {

  @Override
  public void registerClasses(Kryo kryo) {
    kryo.register(Object[].class);
    kryo.register(String[].class);
    kryo.register(String[][].class);
    kryo.register(byte[].class);
    kryo.register(byte[][].class);
    kryo.register(float[].class);
    kryo.register(float[][].class);
    kryo.register(double[].class);
    kryo.register(double[][].class);
    kryo.register(long[].class);
    kryo.register(int[].class);
    kryo.register(int[][].class);
    kryo.register(TrainSettings.class, new ValueSerializer<TrainSettings>());
    record(kryo, RunSpec.class);
    kryo.register(PolicyFile[].class);
    record(kryo, PolicyFile.class);
    kryo.register(RewardFile[].class);
    record(kryo, RewardFile.class);
    record(kryo, HostReport.class);
    record(kryo, HostKind.class);
    record(kryo, Readiness.class);
    record(kryo, GrownBlock.class);
    record(kryo, LearnedBlock.class);
    kryo.register(StoredVector[].class);
    record(kryo, StoredVector.class);
    record(kryo, WeightBroadcast.class);
    kryo.register(LearnResult[].class);
    record(kryo, LearnResult.class);
    record(kryo, EvaluatedBlock.class);
    record(kryo, PixelSums.class);
    kryo.register(ImageStatistics[].class);
    record(kryo, ImageStatistics.class);
    record(kryo, TreePictures.class);
  }

  private static <T extends Record> void record(Kryo kryo, Class<T> type) {
    kryo.register(type, new RecordSerializer<>(type));
  }
}
