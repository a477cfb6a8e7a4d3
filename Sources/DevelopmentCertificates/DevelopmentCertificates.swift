// The DevelopmentCertificates room.
