@testable import PostgresHistoryStore
