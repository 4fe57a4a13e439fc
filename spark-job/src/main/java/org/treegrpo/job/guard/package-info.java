/** What watches a run while it trains: thresholds on its figures, and what happens there. */
package org.treegrpo.job.guard;
