/** The audit trail: every trained edge and every leaf of a round, as Parquet. */
package org.treegrpo.job.audit;
